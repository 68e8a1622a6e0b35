import type { Language } from "../errors/error-codes.js";
import { ERRORS, isRetryable } from "../errors/error-table.js";
import type { GatewayError } from "../errors/gateway-error.js";
import {
  renderViolation,
  type RenderedViolation,
} from "../errors/rule-sentences.js";

/** Media type of RFC 9457. */
export const PROBLEM_TYPE = "application/problem+json; charset=utf-8";

/** Problem details of an error (RFC 9457). */
export interface Problem {
  /** URL of the page that explains the code. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly requestId: string;
  readonly retryable: boolean;
  readonly retryAfterSeconds?: number;
  readonly limit?: number;
  readonly field?: readonly string[];
  readonly errors?: readonly RenderedViolation[];
  readonly upstream?: GatewayError["details"]["upstream"];
  /** Targets whose outcome is unknown. */
  readonly unsettled?: readonly string[];
}

/** The parts of the request context that problem details need. */
export interface ProblemContext {
  readonly requestId: string;
  readonly language: Language;
  /** Prefix of links; empty by default. */
  readonly linkBase?: string;
}

/** Converts an error to problem details in the language of the request. */
export function toProblem(
  { code, details }: GatewayError,
  { requestId, language, linkBase = "" }: ProblemContext,
): Problem {
  const row = ERRORS[code];
  const { retryAfterSeconds, limit, field, violations, upstream, unsettled } =
    details;
  return {
    type: `${linkBase}/errors/${code}`,
    title: row.message[language],
    status: details.httpStatus ?? row.httpStatus,
    detail: [details.problem, details.advice ?? row.advice]
      .flatMap((sentence) => sentence?.[language] ?? [])
      .join(language === "zh" ? "" : " "),
    code,
    requestId,
    retryable: isRetryable(code),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    ...(limit === undefined ? {} : { limit }),
    ...(field === undefined ? {} : { field }),
    ...(violations === undefined
      ? {}
      : {
          errors: violations.map((one) => renderViolation(one, language)),
        }),
    ...(upstream === undefined ? {} : { upstream }),
    ...(unsettled === undefined ? {} : { unsettled }),
  };
}
