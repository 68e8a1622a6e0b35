import { ID } from "@nestjs/graphql";
import { without } from "../../openapi/shape-properties.js";
import type { MessageType } from "./enums.js";
import { AllMessageTypes, AnyMessageType } from "./filter-fields.js";
import { MAX_TARGETS, TARGET_LIST } from "./input-fields.js";
import * as inputs from "./inputs.js";
import { ShapeField } from "./shape-field.js";

/** Query string of `GET /`. A list repeats its parameter for each value. */
export class MessageContactsQuery extends without(inputs.MessageContactsArgs, [
  "messageTypes",
]) {
  @AnyMessageType()
  messageTypesAny?: MessageType[];

  @AllMessageTypes()
  messageTypesAll?: MessageType[];
}

/** Query string of `DELETE /{id}`: the path names the contact. */
export class DeleteMessageContactQuery extends without(
  inputs.DeleteMessageContactInput,
  ["contactId", "ifMatch"],
) {}

/** Query string of `GET /{id}/verifications`. */
export class MessageContactVerificationsQuery extends without(
  inputs.MessageContactVerificationsArgs,
  ["contactId"],
) {}

/** Query string of `DELETE /{id}/bindings`; `targetId` is repeated for each target. */
export class DisassociateMembersQuery {
  @ShapeField(() => ID, {
    list: true,
    description: `1 to ${MAX_TARGETS} different targets: \`rd-…\`, \`r-…\`, \`fd-…\` or member account IDs. Repeat the parameter for each target.`,
    ...TARGET_LIST,
  })
  targetId!: string[];
}
