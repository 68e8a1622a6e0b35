import { ArgsType, InputType, Int } from "@nestjs/graphql";
import { VerificationChannel } from "../../message-contacts/shapes/enums.js";
import {
  ContactId,
  inputField,
  inputValues,
} from "../../message-contacts/shapes/input-fields.js";
import * as rules from "../../message-contacts/shapes/rules/rules.js";
import { ShapeField } from "../../message-contacts/shapes/shape-field.js";

/** Largest age that a request may name: ten years. */
const MAX_AGE_SECONDS = 10 * 365 * 24 * 60 * 60;

function Channel(description: string, optional: boolean): PropertyDecorator {
  return inputField(
    ShapeField(() => VerificationChannel, {
      optional,
      description,
      example: VerificationChannel.EMAIL,
    }),
    optional,
    [
      ...rules.textRules(),
      ...rules.oneOfRules(inputValues(VerificationChannel), false),
    ],
  );
}

const OlderThanSeconds = (): PropertyDecorator =>
  inputField(
    ShapeField(() => Int, {
      optional: true,
      description:
        "Only verifications that the gateway has known for at least this many seconds.",
      example: 0,
      openapi: { minimum: 0, maximum: MAX_AGE_SECONDS },
    }),
    true,
    rules.integerRules(0, MAX_AGE_SECONDS),
  );

/** Which pending verifications to report. */
@ArgsType()
export class PendingVerificationsArgs {
  @Channel("Only verifications by e-mail, or only by text message.", true)
  channel?: VerificationChannel;

  @OlderThanSeconds()
  olderThanSeconds?: number;
}

/** The pending address or number of a contact, which the gateway looks up. */
@InputType({
  description:
    "The pending address or the pending number of a contact. The gateway looks it up, so callers need not read it.",
})
export class SendVerificationInput {
  @ContactId()
  contactId!: string;

  @Channel("Whether to verify the address or the number.", false)
  channel!: VerificationChannel;
}
