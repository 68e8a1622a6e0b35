import type { ErrorCode, Sentence } from "./error-codes.js";
import { ERRORS } from "./error-table.js";

/** The vendor's side of an error, for support cases. Holds no personal data. */
export interface UpstreamInfo {
  /** The vendor's code, such as `InvalidParameter.Name.Length`. */
  readonly code: string;
  /** HTTP status of the vendor's answer. */
  readonly httpStatus: number;
  /** The vendor's RequestId, where the answer had one. */
  readonly requestId: string | null;
}

/** One broken rule, in the caller's vocabulary. */
export interface Violation {
  /** Path into the input, such as `["targetIds", "2"]`; null for the whole. */
  readonly field: readonly string[] | null;
  /** Name of the rule, such as `length`, `format`, `country-code`. */
  readonly rule: string;
  readonly min?: number;
  readonly max?: number;
}

/** What an error may carry beside its code. */
export interface GatewayErrorDetails {
  readonly field?: readonly string[];
  /** The identifier, name, address or number at fault; never logged. */
  readonly value?: string;
  readonly violations?: readonly Violation[];
  readonly upstream?: UpstreamInfo;
  readonly retryAfterSeconds?: number;
  readonly limit?: number;
  /** Number of vendor calls that the request may need; beside `limit`. */
  readonly estimate?: number;
  /** Targets of which it is unknown whether they changed. */
  readonly unsettled?: readonly string[];
  /** What to do, where the code's own advice would mislead. */
  readonly advice?: Sentence;
}

/**
 * The one error that leaves the upstream edge and the input check.
 *
 * Its message is the code's public sentence, so that logging it can leak nothing.
 */
export class GatewayError extends Error {
  constructor(
    readonly code: ErrorCode,
    readonly details: GatewayErrorDetails = {},
  ) {
    super(ERRORS[code].message.en);
    this.name = "GatewayError";
  }
}
