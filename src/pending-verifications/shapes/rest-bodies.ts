import { Int } from "@nestjs/graphql";
import type { Problem } from "../../http/problem-details.js";
import { MAX_ITEMS } from "../../message-contacts/bulk/run-in-order.js";
import { ShapeField } from "../../message-contacts/shapes/shape-field.js";
import { referenceTo } from "../../openapi/schemas.js";
import { OpenApiProperty } from "../../openapi/shape-properties.js";
import { SendVerificationInput } from "./inputs.js";
import { VerificationResult } from "./send-verifications.js";

/** Body of `POST /send`. */
export class SendVerificationsBody {
  @ShapeField(() => SendVerificationInput, {
    list: true,
    description: `1 to ${MAX_ITEMS} messages. Each contact may occur once for each channel.`,
    openapi: { minItems: 1, maxItems: MAX_ITEMS },
  })
  items!: SendVerificationInput[];
}

/** Result of one message. */
export class SentVerificationResult extends VerificationResult {
  @ShapeField(() => Int, {
    description:
      "HTTP status that a request for this item alone would have had; 424 when the item was not attempted.",
    example: 200,
    openapi: { minimum: 200, maximum: 599 },
  })
  httpStatus!: number;

  @OpenApiProperty({
    description:
      "Problem document that a request for this item alone would have returned; null unless `status` is `FAILED`.",
    type: () => referenceTo("Problem"),
    isList: false,
    isNullable: true,
    isOptional: false,
  })
  problem!: Problem | null;
}

/** Results of `POST /send`. */
export class SentVerificationResults {
  @ShapeField(() => Boolean, {
    description: "Whether every message was sent.",
    example: true,
  })
  isComplete!: boolean;

  @ShapeField(() => SentVerificationResult, {
    list: true,
    description: "One result per item, in the order of `items`.",
  })
  results!: SentVerificationResult[];
}
