import type { Directory } from "../config/files/directories-file.js";
import type { Egress } from "../egress/egress.js";
import { CredentialsError } from "../upstream/transport/credentials.js";
import {
  actionOf,
  isDirectoryRead,
  OPERATIONS,
  type Operation,
  type WriteOperation,
} from "../upstream/operations.js";
import { RpcSigner } from "../upstream/transport/signer.js";
import {
  TransportError,
  type UpstreamReply,
} from "../upstream/transport/transport.js";
import { providerOf, transportTo } from "../upstream/upstream.module.js";
import { changeResult, HARMLESS_CHANGES, NO_CONTACT } from "./change-checks.js";
import type { CheckResult } from "./check-result.js";
import { explainNoCredentials, explainUnreachable } from "./unreachable.js";
import { explain } from "./upstream-refusals.js";

/** A well-formed folder id that does not exist. */
const NO_FOLDER = "fd-0000000000";

const TIMEOUT_MS = 8_000;

/** Clock difference at which the vendor rejects signatures (documented: 15 minutes). */
const MAX_SKEW_SECONDS = 15 * 60;

/** A machine with a synchronized clock stays well below this. */
const NORMAL_SKEW_SECONDS = 30;

/** One call of each read action. */
const READS: Partial<Record<Operation, object>> = {
  listMessageContacts: { PageNumber: 1, PageSize: 1 },
  getMessageContact: { ContactId: NO_CONTACT },
  listMessageContactVerifications: {
    ContactId: NO_CONTACT,
    PageNumber: 1,
    PageSize: 1,
  },
  getMessageContactDeletionStatus: { ContactId: NO_CONTACT },
  getResourceDirectory: {},
  listAccounts: { MaxResults: 1 },
  listFoldersForParent: { PageNumber: 1, PageSize: 1 },
  getFolder: { FolderId: NO_FOLDER },
};

/** The vendor's response to one call. */
interface Answer {
  /** `OK` or the vendor code. */
  readonly code: string;
  readonly httpStatus: number;
  /** The vendor's clock minus ours, in seconds; null without a `date` header. */
  readonly skewSeconds: number | null;
}

/**
 * Checks one directory: the endpoint, the clock difference, the AccessKey, and its
 * permissions to read. Changes nothing and sends no message.
 *
 * If the vendor rejects the time of this machine, the rest is checked with the vendor's
 * time, as the gateway does.
 *
 * @param withChanges also calls each change in a way that changes nothing, to check its
 *   permission
 */
export async function checkUpstream(
  { endpoint, credentials }: Directory,
  egress: Egress,
  withChanges = false,
  now: () => number = Date.now,
): Promise<CheckResult[]> {
  const provider = providerOf(credentials, egress);
  const signer = new RpcSigner(endpoint, provider);
  const transport = transportTo(endpoint, egress);
  let offsetMs = 0;
  const call = async (
    operation: Operation,
    params: object,
  ): Promise<Answer> => {
    const form = await signer.sign(operation, params, now() + offsetMs);
    const sentAtMs = now();
    const reply = await transport.post(form, TIMEOUT_MS);
    return answerOf(reply, (sentAtMs + now()) / 2);
  };
  try {
    await provider.getCredentials();
    const [first, ...others] = Object.entries(READS) as [Operation, object][];
    if (first === undefined) return [];
    let answer = await call(...first);
    const results = [REACHED, clockResult(answer)];
    const { skewSeconds } = answer;
    if (subjectOf(answer) === "clock" && isLarge(skewSeconds)) {
      offsetMs = 1_000 * (skewSeconds ?? 0);
      answer = await call(...first);
    }
    const isAccepted = isAllowed(answer) || subjectOf(answer) === "rights";
    results.push(isAccepted ? KEY_ACCEPTED : rejection(answer));
    if (!isAccepted) return results;
    results.push(permissionResult(first[0], answer));
    for (const [operation, params] of others) {
      results.push(permissionResult(operation, await call(operation, params)));
    }
    if (!withChanges) return [...results, WRITES_UNCHECKED];
    for (const [operation, params] of Object.entries(HARMLESS_CHANGES)) {
      const change = operation as WriteOperation;
      const { code, httpStatus } = await call(change, params);
      results.push(changeResult(change, code, httpStatus));
    }
    return results;
  } catch (error) {
    if (error instanceof TransportError) {
      return [{ level: "fail", ...explainUnreachable(error.reason) }];
    }
    const reason = error instanceof CredentialsError ? error.reason : "";
    return [{ level: "fail", subject: "key", ...explainNoCredentials(reason) }];
  } finally {
    await transport.close();
  }
}

const REACHED: CheckResult = {
  level: "ok",
  subject: "endpoint",
  sentence: "The endpoint responds.",
};

const KEY_ACCEPTED: CheckResult = {
  level: "ok",
  subject: "key",
  sentence: "The vendor accepts signatures of this AccessKey.",
};

const writes = Object.values(OPERATIONS).filter(({ kind }) => kind === "write");

const WRITES_UNCHECKED: CheckResult = {
  level: "ok",
  subject: "rights",
  sentence: `The ${writes.length} write actions are not checked. With \`--changes\` they are, by calls that change nothing. \`npm run policy\` prints the permissions that they need.`,
};

function answerOf(
  { body, headers, httpStatus }: UpstreamReply,
  atMs: number,
): Answer {
  const { date } = headers;
  const theirs = typeof date === "string" ? Date.parse(date) : NaN;
  return {
    code: codeIn(body, httpStatus),
    httpStatus,
    skewSeconds: Number.isNaN(theirs) ? null : (theirs - atMs) / 1_000,
  };
}

/** The vendor code in a response. Nothing else of the body is used: it may be a proxy's page. */
function codeIn(body: string, httpStatus: number): string {
  try {
    const { Code: code, RequestId: id } = JSON.parse(body) as {
      Code?: unknown;
      RequestId?: unknown;
    };
    if (httpStatus < 300 && typeof id === "string") return "OK";
    if (typeof code === "string" && /^[A-Za-z][\w.-]{0,127}$/.test(code)) {
      return code;
    }
  } catch {
    // Not JSON, so not a response of the vendor.
  }
  return "NotTheVendor";
}

/** The vendor checks permissions first, so "does not exist" proves the permission. */
function isAllowed({ code }: Answer): boolean {
  return (
    code === "OK" ||
    code.startsWith("EntityNotExists.Contact") ||
    code === "EntityNotExists.Folder"
  );
}

function subjectOf({ code, httpStatus }: Answer): string {
  return explain(code, httpStatus).subject;
}

function rejection({ code, httpStatus }: Answer): CheckResult {
  if (code === "NotTheVendor") {
    return {
      level: "fail",
      subject: "endpoint",
      sentence: `The response is not from the vendor's API (HTTP ${httpStatus}).`,
      advice:
        "Check the endpoint. A proxy or a captive portal may have responded.",
    };
  }
  return { level: "fail", ...explain(code, httpStatus) };
}

function permissionResult(operation: Operation, answer: Answer): CheckResult {
  const action = actionOf(operation);
  if (isAllowed(answer)) {
    return {
      level: "ok",
      subject: "rights",
      sentence: `${action} is allowed.`,
    };
  }
  if (subjectOf(answer) !== "rights") return rejection(answer);
  const { advice } = explain(answer.code, answer.httpStatus);
  const sentence = `${action} is not allowed.`;
  return isDirectoryRead(operation)
    ? {
        level: "warn",
        subject: "rights",
        sentence: `${sentence} Names of targets, coverage and plans need it (scope directory:read).`,
        advice,
      }
    : { level: "fail", subject: "rights", sentence, advice };
}

/** Whether the vendor rejects signatures because of this clock difference. */
function isLarge(skewSeconds: number | null): boolean {
  return skewSeconds !== null && Math.abs(skewSeconds) >= NORMAL_SKEW_SECONDS;
}

function clockResult({ skewSeconds }: Answer): CheckResult {
  if (skewSeconds === null) {
    return {
      level: "warn",
      subject: "clock",
      sentence: "The response contains no date to compare clocks with.",
    };
  }
  const seconds = Math.abs(skewSeconds);
  const relation = skewSeconds > 0 ? "behind" : "ahead of";
  const sentence =
    seconds <= NORMAL_SKEW_SECONDS
      ? `The clocks differ by ${Math.round(seconds)} s.`
      : `The clock of this machine is ${Math.round(seconds)} s ${relation} the vendor's.`;
  if (seconds <= NORMAL_SKEW_SECONDS)
    return { level: "ok", subject: "clock", sentence };
  return {
    level: seconds < MAX_SKEW_SECONDS ? "warn" : "fail",
    subject: "clock",
    sentence,
    advice:
      "Synchronize the clock of this machine (NTP). The gateway corrects its signatures after one rejected call.",
  };
}
