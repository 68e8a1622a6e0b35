import type { Problem } from "../../http/problem-details.js";
import { MAX_ITEMS } from "../../message-contacts/bulk/run-in-order.js";
import {
  HttpStatus,
  ItemProblem,
} from "../../message-contacts/shapes/rest-bulk.js";
import { ShapeField } from "../../message-contacts/shapes/shape-field.js";
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
  @HttpStatus()
  httpStatus!: number;

  @ItemProblem()
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
