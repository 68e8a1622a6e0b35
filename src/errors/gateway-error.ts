import { ErrorCode, type Sentence } from "./error-codes.js";
import { ERRORS } from "./error-table.js";
import { reasonOfCode, type RefusalReason } from "./refusal-reasons.js";

/** The vendor error behind a gateway error, for support cases. Contains no personal data. */
export interface UpstreamInfo {
  /** The vendor's code, such as `InvalidParameter.Name.Length`. */
  readonly code: string;
  /** HTTP status of the vendor's response. */
  readonly httpStatus: number;
  /** The vendor's RequestId; null if the response had none. */
  readonly requestId: string | null;
}

/** One invalid argument, in terms of the gateway's API. */
export interface Violation {
  /** Path into the input, such as `["targetIds", "2"]`; null for the whole input. */
  readonly field: readonly string[] | null;
  /** Name of the rule, such as `length`, `format`, `country-code`. */
  readonly rule: string;
  readonly min?: number;
  readonly max?: number;
  /** What the bounds of the rule `length` count. */
  readonly unit?: "characters" | "items";
  /** Values, or names of fields, that would be accepted. */
  readonly allowed?: readonly string[];
  /** Values of `allowed` that resemble the invalid value; the most similar one first. */
  readonly similar?: readonly string[];
  /** States what is accepted: `an integer`. Replaces the text of the rule. */
  readonly expected?: Sentence;
}

/** Optional details of an error. */
export interface GatewayErrorDetails {
  readonly field?: readonly string[];
  /** The invalid id, name, address or number. Never logged. */
  readonly value?: string;
  readonly violations?: readonly Violation[];
  readonly upstream?: UpstreamInfo;
  readonly retryAfterSeconds?: number;
  readonly limit?: number;
  /** Number of vendor calls that the request may need. Set together with `limit`. */
  readonly estimate?: number;
  /** Target ids whose change has an unknown outcome. */
  readonly unsettled?: readonly string[];
  /** HTTP status, if it is not that of the code. */
  readonly httpStatus?: number;
  /** States the problem more precisely than the message of the code. */
  readonly problem?: Sentence;
  /** Replaces the advice of the code where that would mislead. */
  readonly advice?: Sentence;
  /** Why the request was refused; for the log only. */
  readonly reason?: RefusalReason;
  /** Name of the header that caused the refusal; for the log only. */
  readonly header?: string;
}

/**
 * The only class of errors that reaches callers.
 *
 * Its message is the public message of the code, so logging it leaks no data. It has a
 * stack only if its code is INTERNAL.
 */
export class GatewayError extends Error {
  constructor(
    readonly code: ErrorCode,
    readonly details: GatewayErrorDetails = {},
  ) {
    const { stackTraceLimit } = Error;
    // Capturing a stack costs more than the rest of an expected error.
    if (code !== ErrorCode.INTERNAL) Error.stackTraceLimit = 0;
    super(ERRORS[code].message.en);
    Error.stackTraceLimit = stackTraceLimit;
    this.name = "GatewayError";
  }

  /** Why the request was refused, for the log. */
  get reason(): RefusalReason {
    return this.details.reason ?? reasonOfCode(this.code);
  }
}
