import type { AccessKeyInput } from "./access-keys.js";
import type { Snapshot, VerificationChoice } from "./control.js";
import type { DeletionFailureRule } from "./contact-store.js";
import { FAULT_EFFECTS } from "./fault-kinds.js";
import type { FaultInput } from "./faults.js";
import {
  ControlInputError,
  listAt,
  objectWith,
  oneOfAt,
  optionalTextAt,
  optionalWholeNumberAt,
  textAt,
  textsAt,
  wholeNumberAt,
} from "./json-input.js";
import type { SentMessage } from "./outbox.js";
import { readDeletionFailure, readSeed } from "./seed-input.js";
import type { EmulatorSettings } from "./settings.js";
import { ACTIONS } from "./actions/catalogue.js";

/** Longest time that can be named, about 31 years. */
const MAX_MS = 1e12;
const MAX_COUNT = 1_000_000_000;

export function readVerificationChoice(input: unknown): VerificationChoice {
  const given = objectWith(input, "the body", ["contactId", "target", "code"]);
  return given["code"] === undefined
    ? { contactId: textAt(given, "contactId"), target: textAt(given, "target") }
    : { code: textAt(given, "code") };
}

export function readAdvance(input: unknown): number {
  return wholeNumberAt(objectWith(input, "the body", ["ms"]), "ms", 0, MAX_MS);
}

export function readFault(input: unknown): FaultInput {
  const given = objectWith(input, "a fault", [
    "effect",
    "operation",
    "when",
    "times",
    "skip",
    "probability",
    "ms",
    "bytes",
    "code",
    "httpStatus",
    "message",
  ]);
  return withoutGaps({
    effect: oneOfAt(given, "effect", FAULT_EFFECTS),
    operation:
      given["operation"] === undefined
        ? undefined
        : oneOfAt(given, "operation", ["*", ...ACTIONS.keys()]),
    when:
      given["when"] === undefined
        ? undefined
        : oneOfAt<"before" | "after">(given, "when", ["before", "after"]),
    times:
      given["times"] === null
        ? null
        : optionalWholeNumberAt(given, "times", 1, MAX_COUNT),
    skip: optionalWholeNumberAt(given, "skip", 0, MAX_COUNT),
    probability: readProbability(given["probability"]),
    ms: optionalWholeNumberAt(given, "ms", -MAX_MS, MAX_MS),
    bytes: optionalWholeNumberAt(given, "bytes", 1, MAX_COUNT),
    code: optionalTextAt(given, "code"),
    httpStatus: optionalWholeNumberAt(given, "httpStatus", 200, 599),
    message: optionalTextAt(given, "message"),
  });
}

export function readFaultId(query: URLSearchParams): number | undefined {
  const text = query.get("faultId");
  return text === null
    ? undefined
    : wholeNumberAt({ faultId: Number(text) }, "faultId", 1, MAX_COUNT);
}

export function readKey(input: unknown): AccessKeyInput {
  const given = objectWith(input, "a key", [
    "accessKeyId",
    "accessKeySecret",
    "allowedActions",
    "isActive",
    "securityToken",
    "expiresAt",
  ]);
  const isActive = given["isActive"];
  if (isActive !== undefined && typeof isActive !== "boolean") {
    throw new ControlInputError("isActive must be true or false");
  }
  return withoutGaps({
    accessKeyId: textAt(given, "accessKeyId"),
    accessKeySecret: textAt(given, "accessKeySecret"),
    allowedActions:
      given["allowedActions"] === undefined
        ? undefined
        : textsAt(given, "allowedActions"),
    isActive,
    securityToken: optionalTextAt(given, "securityToken"),
    expiresAt: optionalWholeNumberAt(
      given,
      "expiresAt",
      0,
      Number.MAX_SAFE_INTEGER,
    ),
  });
}

export function readAccessKeyId(input: unknown): string | undefined {
  return optionalTextAt(
    objectWith(input ?? {}, "the body", ["accessKeyId"]),
    "accessKeyId",
  );
}

export function readDeletionRule(input: unknown): DeletionFailureRule {
  const given = objectWith(input, "the body", [
    "contactId",
    "failures",
    "times",
  ]);
  return withoutGaps({
    contactId: optionalTextAt(given, "contactId"),
    failures: listAt(given, "failures", readDeletionFailure),
    times: optionalWholeNumberAt(given, "times", 1, MAX_COUNT),
  });
}

export function readSnapshot(input: unknown): Snapshot {
  const given = objectWith(input, "a snapshot", [
    "seed",
    "settings",
    "clockOffsetMs",
    "outbox",
    "deletionFailures",
  ]);
  return {
    seed: readSeed(given["seed"]),
    // Judged setting by setting when it is put into force.
    settings: given["settings"] as Partial<EmulatorSettings>,
    clockOffsetMs: wholeNumberAt(given, "clockOffsetMs", -MAX_MS, MAX_MS),
    outbox: listAt(given, "outbox", readMessage),
    deletionFailures: listAt(given, "deletionFailures", readDeletionRule),
  };
}

function readMessage(input: unknown): SentMessage {
  const given = objectWith(input, "a message", [
    "messageId",
    "contactId",
    "channel",
    "target",
    "sentAt",
    "code",
    "text",
  ]);
  return {
    messageId: wholeNumberAt(given, "messageId", 1, MAX_COUNT),
    contactId: textAt(given, "contactId"),
    channel: oneOfAt(given, "channel", ["email", "phone"]),
    target: textAt(given, "target"),
    sentAt: textAt(given, "sentAt"),
    code: textAt(given, "code"),
    text: textAt(given, "text"),
  };
}

function readProbability(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "number" || !(value > 0 && value <= 1)) {
    throw new ControlInputError("probability must be above 0 and at most 1");
  }
  return value;
}

/** Left-out members stay left out, so that they do not hide defaults when spread. */
function withoutGaps<T extends object>(value: T): T {
  return Object.fromEntries(
    Object.entries(value).filter(([, item]) => item !== undefined),
  ) as T;
}
