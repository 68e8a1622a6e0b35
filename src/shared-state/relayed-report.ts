import { GatewayError } from "../errors/gateway-error.js";
import type {
  DeletionReport,
  ReportedFailure,
} from "../message-contacts/deletions/deletion-report.js";
import {
  DeletionState,
  MessageType,
} from "../message-contacts/shapes/enums.js";
import {
  isErrorCode,
  isInstant,
  isObject,
  isShortText,
  parsed,
} from "./checked-values.js";

/** Longest message that is read; a report of a hundred accounts is shorter. */
const MAX_LENGTH = 64 * 1024;

/** A report as it travels: identifiers, states and codes, nothing personal. */
export function toRelayedReport(report: DeletionReport): object {
  const { state, stateRaw, failures, seen, problem } = report;
  return {
    state,
    stateRaw,
    failures,
    seen:
      seen === null
        ? null
        : { observedAt: seen.observedAt, startedHere: seen.startedHere },
    problem:
      problem === null
        ? null
        : {
            code: problem.code,
            retryAfterSeconds: problem.details.retryAfterSeconds ?? null,
          },
  };
}

/** Null for anything that this program does not tell. */
export function parseRelayedReport(
  text: string,
  contactId: string,
): DeletionReport | null {
  const value = text.length > MAX_LENGTH ? null : parsed(text);
  if (!isObject(value)) return null;
  const { state, stateRaw, failures } = value;
  const seen = toSeen(value["seen"]);
  const problem = toProblem(value["problem"]);
  const isWhole =
    isValueOf(DeletionState, state) &&
    (stateRaw === null || isShortText(stateRaw, 100)) &&
    Array.isArray(failures) &&
    failures.every(isFailure) &&
    seen !== undefined &&
    problem !== undefined;
  return isWhole
    ? { contactId, state, stateRaw, failures, seen, problem }
    : null;
}

function toSeen(value: unknown): DeletionReport["seen"] | undefined {
  if (value === null) return null;
  if (!isObject(value)) return undefined;
  const { observedAt, startedHere } = value;
  return isInstant(observedAt) && typeof startedHere === "boolean"
    ? { observedAt, startedHere }
    : undefined;
}

function toProblem(value: unknown): GatewayError | null | undefined {
  if (value === null) return null;
  if (!isObject(value) || !isErrorCode(value["code"])) return undefined;
  const seconds = value["retryAfterSeconds"];
  return new GatewayError(
    value["code"],
    typeof seconds === "number" && seconds > 0 && seconds <= 3_600
      ? { retryAfterSeconds: Math.ceil(seconds) }
      : {},
  );
}

function isFailure(value: unknown): value is ReportedFailure {
  return (
    isObject(value) &&
    isShortText(value["accountId"], 100) &&
    isListOf(value["messageTypes"], (one) => isValueOf(MessageType, one)) &&
    isListOf(value["messageTypesRaw"], (one) => isShortText(one, 100))
  );
}

function isListOf(value: unknown, check: (one: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(check);
}

function isValueOf<T extends string>(
  words: Readonly<Record<string, T>>,
  value: unknown,
): value is T {
  return Object.values(words).some((word) => word === value);
}
