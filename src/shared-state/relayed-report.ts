import { z } from "zod";
import { GatewayError } from "../errors/gateway-error.js";
import type { DeletionReport } from "../message-contacts/deletions/deletion-report.js";
import {
  DeletionState,
  MessageType,
} from "../message-contacts/shapes/enums.js";
import {
  errorCode,
  parseJson,
  shortText,
  timestamp,
} from "./checked-values.js";

/** Longer messages are ignored; the report of a deletion in 100 accounts is shorter. */
const MAX_LENGTH = 64 * 1024;

const RELAYED_REPORT = z.object({
  state: z.enum(DeletionState),
  stateRaw: shortText(100).nullable(),
  failures: z.array(
    z.object({
      accountId: shortText(100),
      messageTypes: z.array(z.enum(MessageType)),
      messageTypesRaw: z.array(shortText(100)),
    }),
  ),
  seen: z
    .object({ observedAt: timestamp, startedHere: z.boolean() })
    .nullable(),
  problem: z
    .object({
      code: errorCode,
      // An invalid pause is dropped; the report is still usable without it.
      retryAfterSeconds: z
        .number()
        .positive()
        .max(3_600)
        .nullable()
        .catch(null),
    })
    .nullable(),
});

/** The report as it is published: identifiers, states and codes, no personal data. */
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

/** The published report; null if the text is not a valid report. */
export function parseRelayedReport(
  text: string,
  contactId: string,
): DeletionReport | null {
  const report =
    text.length > MAX_LENGTH ? null : parseJson(text, RELAYED_REPORT);
  if (report === null) return null;
  const { problem } = report;
  return {
    ...report,
    contactId,
    problem:
      problem === null
        ? null
        : new GatewayError(
            problem.code,
            problem.retryAfterSeconds === null
              ? {}
              : { retryAfterSeconds: Math.ceil(problem.retryAfterSeconds) },
          ),
  };
}
