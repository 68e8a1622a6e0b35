import type { Directory } from "../config/files/directories-file.js";
import {
  actionOf,
  OPERATIONS,
  type Operation,
} from "../upstream/operations.js";
import { RpcSigner } from "../upstream/transport/signer.js";
import {
  TransportError,
  UpstreamTransport,
  type UpstreamReply,
} from "../upstream/transport/transport.js";
import { providerOf } from "../upstream/upstream.module.js";
import type { CheckResult } from "./check-result.js";
import { explained, unreachable } from "./upstream-refusals.js";

/** Of the form of a contact id, and of no contact: reads of it harm nobody. */
const NO_CONTACT = "c-000000000000000000";

const TIMEOUT_MS = 8_000;

/** Beyond this the vendor refuses signatures (documented: 15 minutes). */
const LARGEST_SKEW_S = 15 * 60;

/** A machine with a synchronised clock is well within this. */
const USUAL_SKEW_S = 30;

/** One harmless read of each kind. */
const READS: Partial<Record<Operation, object>> = {
  listMessageContacts: { PageNumber: 1, PageSize: 1 },
  getMessageContact: { ContactId: NO_CONTACT },
  listMessageContactVerifications: {
    ContactId: NO_CONTACT,
    PageNumber: 1,
    PageSize: 1,
  },
  getMessageContactDeletionStatus: { ContactId: NO_CONTACT },
};

/** How the vendor answered: `OK` or its code. */
interface Answer {
  readonly code: string;
  readonly httpStatus: number;
  /** The vendor's clock minus ours, in seconds; null where it does not tell. */
  readonly skewSeconds: number | null;
}

/**
 * Checks one directory: whether the endpoint is reached, clocks agree, the key
 * is good, and what it may read. Changes nothing, and sends nothing to anybody.
 */
export async function checkVendor(
  { endpoint, credentials }: Directory,
  now: () => number = Date.now,
): Promise<CheckResult[]> {
  const provider = providerOf(credentials);
  const signer = new RpcSigner(endpoint, provider);
  const transport = new UpstreamTransport(endpoint);
  const ask = async (operation: Operation, params: object): Promise<Answer> => {
    const form = await signer.sign(operation, params, now());
    const sentAtMs = now();
    const reply = await transport.post(form, TIMEOUT_MS);
    return answerOf(reply, (sentAtMs + now()) / 2);
  };
  try {
    const keys = await provider.getCredentials().catch(() => null);
    if (keys === null) return [NO_KEYS];
    const [first, ...others] = Object.entries(READS) as [Operation, object][];
    if (first === undefined) return [];
    const answer = await ask(...first);
    const findings = [REACHED, clockFinding(answer)];
    const isGood = isAllowed(answer) || explainedBy(answer) === "rights";
    findings.push(isGood ? GOOD_KEY : refusal(answer));
    if (!isGood) return findings;
    findings.push(rightFinding(first[0], answer));
    for (const [operation, params] of others) {
      findings.push(rightFinding(operation, await ask(operation, params)));
    }
    return [...findings, WRITES_UNCHECKED];
  } catch (error) {
    if (!(error instanceof TransportError)) return [NO_KEYS];
    const { sentence, advice } = unreachable(error.reason);
    return [{ level: "fail", subject: "endpoint", sentence, advice }];
  } finally {
    await transport.close();
  }
}

const REACHED: CheckResult = {
  level: "ok",
  subject: "endpoint",
  sentence: "The endpoint answers.",
};

const GOOD_KEY: CheckResult = {
  level: "ok",
  subject: "key",
  sentence: "The vendor takes the signature of this key.",
};

const NO_KEYS: CheckResult = {
  level: "fail",
  subject: "key",
  sentence: "No keys can be had for this directory.",
  advice:
    "With the chain: see that its sources (variables, profile, role of the machine) offer keys here.",
};

const writes = Object.values(OPERATIONS).filter(({ kind }) => kind === "write");

const WRITES_UNCHECKED: CheckResult = {
  level: "ok",
  subject: "rights",
  sentence: `The ${writes.length} writing actions are not tried: no call of them is harmless. \`npm run policy\` prints what they need.`,
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

/** Never a word of the body but its code: a proxy's page may hold anything. */
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
    // Told below, as an answer that is not the vendor's.
  }
  return "NotTheVendor";
}

/** A contact that does not exist is looked for only after the right was found. */
function isAllowed({ code }: Answer): boolean {
  return code === "OK" || code.startsWith("EntityNotExists.Contact");
}

function explainedBy({ code, httpStatus }: Answer): string {
  return explained(code, httpStatus).subject;
}

function refusal({ code, httpStatus }: Answer): CheckResult {
  if (code === "NotTheVendor") {
    return {
      level: "fail",
      subject: "endpoint",
      sentence: `What answers there is not the vendor's API (HTTP ${httpStatus}).`,
      advice: "Check the endpoint; a proxy or a portal may stand in between.",
    };
  }
  return { level: "fail", ...explained(code, httpStatus) };
}

function rightFinding(operation: Operation, answer: Answer): CheckResult {
  const action = actionOf(operation);
  if (isAllowed(answer)) {
    return {
      level: "ok",
      subject: "rights",
      sentence: `${action} is allowed.`,
    };
  }
  if (explainedBy(answer) !== "rights") return refusal(answer);
  const { advice } = explained(answer.code, answer.httpStatus);
  const sentence = `${action} is not allowed.`;
  return { level: "fail", subject: "rights", sentence, advice };
}

function clockFinding({ skewSeconds }: Answer): CheckResult {
  if (skewSeconds === null) {
    return {
      level: "warn",
      subject: "clock",
      sentence: "The vendor does not tell its time.",
    };
  }
  const seconds = Math.abs(skewSeconds);
  const sentence = `The clocks differ by ${Math.round(seconds)} s.`;
  if (seconds <= USUAL_SKEW_S)
    return { level: "ok", subject: "clock", sentence };
  return {
    level: seconds < LARGEST_SKEW_S ? "warn" : "fail",
    subject: "clock",
    sentence,
    advice:
      "Set this machine's clock (NTP). The gateway corrects its signatures by itself, at the cost of one refused call.",
  };
}
