import { ACTIONS } from "../actions/catalogue.js";
import { FAULT_EFFECTS } from "../faults/fault-kinds.js";
import {
  described,
  flag,
  listOf,
  named,
  objectOf,
  oneOf,
  optional,
  orNull,
  probability,
  text,
  wholeNumber,
  type JsonShape,
} from "../json-shape.js";
import { DELETION_FAILURE, NAMED_SEED } from "./seed-input.js";
import { settingsSchema, type EmulatorSettings } from "../settings.js";

/** Longest time that can be named, about 31 years. */
const MAX_MS = 1e12;
const MAX_COUNT = 1_000_000_000;
const INSTANT = text({ format: "date-time" });

/** What is sent to the control surface. */

export const ADVANCE = objectOf("the body", {
  ms: described("How much time passes.", wholeNumber(0, MAX_MS)),
});

export const FAULT_ID = described(
  "The fault to take back; all when left out.",
  wholeNumber(1, MAX_COUNT),
);

export const FAULT = objectOf("a fault", {
  effect: oneOf(FAULT_EFFECTS),
  operation: optional(
    described(
      "The action it meets; `*`, the default, meets all.",
      oneOf(["*", ...ACTIONS.keys()]),
    ),
  ),
  when: optional(
    described(
      "Before or after the action is carried out; the effect's first moment when left out.",
      oneOf(["before", "after"]),
    ),
  ),
  times: optional(
    described(
      "How many calls it meets; null: without end. 1 when left out, without end where a probability is given.",
      orNull(wholeNumber(1, MAX_COUNT)),
    ),
  ),
  skip: optional(
    described("How many calls pass by first.", wholeNumber(0, MAX_COUNT)),
  ),
  probability: optional(described("Chance for each call.", probability())),
  ms: optional(
    described(
      "Milliseconds, for effects with a time.",
      wholeNumber(-MAX_MS, MAX_MS),
    ),
  ),
  bytes: optional(
    described("For effects with a size.", wholeNumber(1, MAX_COUNT)),
  ),
  code: optional(described("The vendor code of an error.", text())),
  httpStatus: optional(
    described("In place of the code's own.", wholeNumber(200, 599)),
  ),
  message: optional(described("In place of the code's own.", text())),
});

export const KEY = objectOf("a key", {
  accessKeyId: text(),
  accessKeySecret: text(),
  allowedActions: optional(
    described("Operation names, or `*` for all, the default.", listOf(text())),
  ),
  isActive: optional(flag()),
  securityToken: optional(described("Makes the key a temporary one.", text())),
  expiresAt: optional(
    described("Milliseconds since 1970; never when left out.", wholeNumber(0)),
  ),
});

export const SESSION_CHOICE = objectOf("the body", {
  accessKeyId: optional(
    described("The temporary key; all of them when left out.", text()),
  ),
});

export const DELETION_RULE = objectOf("the body", {
  contactId: optional(described("Any contact when left out.", text())),
  failures: listOf(DELETION_FAILURE),
  times: optional(
    described(
      "How many deletions fail so; 1 when left out.",
      wholeNumber(1, MAX_COUNT),
    ),
  ),
});

/** Judged setting by setting when they are put into force. */
const takenAsGiven = <T>(schema: JsonShape<T>["schema"]): JsonShape<T> => ({
  schema,
  read: (value) => value as T,
});

export const SETTING_CHANGES = named(
  "SettingChanges",
  takenAsGiven<Partial<EmulatorSettings>>(settingsSchema(true)),
);

export const SENT_MESSAGE = named(
  "SentMessage",
  objectOf("a message", {
    messageId: wholeNumber(1, MAX_COUNT),
    contactId: text(),
    channel: oneOf(["email", "phone"]),
    target: text(),
    sentAt: INSTANT,
    code: described("Confirms the target.", text()),
    text: text(),
  }),
);

export const SNAPSHOT = named(
  "Snapshot",
  objectOf("a snapshot", {
    seed: NAMED_SEED,
    settings: SETTING_CHANGES,
    clockOffsetMs: wholeNumber(-MAX_MS, MAX_MS),
    outbox: listOf(SENT_MESSAGE),
    deletionFailures: listOf(DELETION_RULE),
  }),
);

/** What is answered; nothing reads these, a test holds the answers against them. */

export const DONE = named(
  "Done",
  objectOf("done", { ok: takenAsGiven<true>({ const: true }) }),
);

export const REFUSAL = named(
  "Refusal",
  objectOf("a refusal", { error: text() }),
);

export const SETTINGS_IN_FORCE = named(
  "Settings",
  takenAsGiven<EmulatorSettings>(settingsSchema(false)),
);

export const CLOCK_READING = named(
  "ClockReading",
  objectOf("a reading", {
    now: INSTANT,
    nowMs: described("Milliseconds since 1970.", wholeNumber(0)),
    offsetMs: described(
      "How far the clock is ahead of the machine's.",
      wholeNumber(-MAX_MS, MAX_MS),
    ),
  }),
);

export const FAULT_RULE = named(
  "Fault",
  objectOf("a fault", {
    faultId: wholeNumber(1),
    effect: oneOf(FAULT_EFFECTS),
    operation: text(),
    when: oneOf(["arrival", "before", "after"]),
    times: orNull(wholeNumber(1)),
    skip: wholeNumber(0),
    probability: probability(),
    ms: wholeNumber(-MAX_MS, MAX_MS),
    bytes: wholeNumber(0),
    code: text(),
    httpStatus: optional(wholeNumber(200, 599)),
    message: optional(text()),
    skipped: described("Calls that passed by.", wholeNumber(0)),
    met: described("Calls that were met.", wholeNumber(0)),
  }),
);

export const SHOWN_KEY = named(
  "Key",
  objectOf("a key", {
    accessKeyId: text(),
    allowedActions: listOf(text()),
    isActive: flag(),
    isTemporary: flag(),
    expiresAt: orNull(wholeNumber(0)),
  }),
);

export const ENDED_SESSIONS = objectOf("sessions", {
  expired: described("How many sessions ended.", wholeNumber(0)),
});

export const CALL_ENTRY = named(
  "Call",
  objectOf("a call", {
    callId: wholeNumber(1),
    at: INSTANT,
    requestId: text(),
    method: text(),
    action: orNull(text()),
    accessKeyId: orNull(text()),
    params: described(
      "As sent, without Signature and SecurityToken.",
      takenAsGiven<Readonly<Record<string, string>>>({
        type: "object",
        additionalProperties: { type: "string" },
      }),
    ),
    verdict: described(
      "`ok` or the vendor code; null while undecided, and for a call that a fault swallowed.",
      orNull(text()),
    ),
    executed: described("Whether the action ran and was not refused.", flag()),
    effects: described(
      "How many facts it changed and messages it sent.",
      wholeNumber(0),
    ),
    fault: described("Effect of the fault that met the call.", orNull(text())),
  }),
);

/** Described by its own content: routes, settings, fault effects. */
export const INDEX = takenAsGiven<object>({
  type: "object",
  required: ["routes", "settings", "faultEffects"],
  properties: {
    routes: { type: "array", items: { type: "object" } },
    settings: { type: "array", items: { type: "object" } },
    faultEffects: { type: "array", items: { type: "object" } },
  },
});

/** This document; OpenAPI has a schema of its own. */
export const OPENAPI_DOCUMENT = takenAsGiven<object>({
  type: "object",
  required: ["openapi", "info", "paths"],
  properties: {
    openapi: { type: "string" },
    info: { type: "object" },
    paths: { type: "object" },
  },
});

/** Everything that the document's components hold. */
export const NAMED_SHAPES = [
  NAMED_SEED,
  SETTING_CHANGES,
  SENT_MESSAGE,
  SNAPSHOT,
  DONE,
  REFUSAL,
  SETTINGS_IN_FORCE,
  CLOCK_READING,
  FAULT_RULE,
  SHOWN_KEY,
  CALL_ENTRY,
] as const;
