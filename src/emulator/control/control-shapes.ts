import { z } from "zod";
import { ACTIONS } from "../actions/catalogue.js";
import { FAULT_EFFECTS } from "../faults/fault-kinds.js";
import {
  flag,
  listOf,
  named,
  objectOf,
  oneOf,
  probability,
  text,
  wholeNumber,
} from "../json.js";
import { DELETION_FAILURE, NAMED_SEED } from "./seed-input.js";
import { ALL_SETTINGS, SOME_SETTINGS } from "../settings.js";

/** Longest time that can be named, about 31 years. */
const MAX_MS = 1e12;
const MAX_COUNT = 1_000_000_000;
const INSTANT = text().meta({ format: "date-time" });

/** What is sent to the control surface. */

export const ADVANCE = objectOf({
  ms: wholeNumber(0, MAX_MS).describe("How much time passes."),
});

export const FAULT_ID = wholeNumber(1, MAX_COUNT).describe(
  "The fault to take back; all when left out.",
);

export const FAULT = objectOf({
  effect: oneOf(FAULT_EFFECTS),
  operation: oneOf(["*", ...ACTIONS.keys()])
    .describe("The action it meets; `*`, the default, meets all.")
    .optional(),
  when: oneOf(["before", "after"])
    .describe(
      "Before or after the action is carried out; the effect's first moment when left out.",
    )
    .optional(),
  times: wholeNumber(1, MAX_COUNT)
    .nullable()
    .describe(
      "How many calls it meets; null: without end. 1 when left out, without end where a probability is given.",
    )
    .optional(),
  skip: wholeNumber(0, MAX_COUNT)
    .describe("How many calls pass by first.")
    .optional(),
  probability: probability().describe("Chance for each call.").optional(),
  ms: wholeNumber(-MAX_MS, MAX_MS)
    .describe("Milliseconds, for effects with a time.")
    .optional(),
  bytes: wholeNumber(1, MAX_COUNT)
    .describe("For effects with a size.")
    .optional(),
  code: text().describe("The vendor code of an error.").optional(),
  httpStatus: wholeNumber(200, 599)
    .describe("In place of the code's own.")
    .optional(),
  message: text().describe("In place of the code's own.").optional(),
});

export const KEY = objectOf({
  accessKeyId: text(),
  accessKeySecret: text(),
  allowedActions: listOf(text())
    .describe("Operation names, or `*` for all, the default.")
    .optional(),
  isActive: flag().optional(),
  securityToken: text().describe("Makes the key a temporary one.").optional(),
  expiresAt: wholeNumber(0)
    .describe("Milliseconds since 1970; never when left out.")
    .optional(),
});

export const SESSION_CHOICE = objectOf({
  accessKeyId: text()
    .describe("The temporary key; all of them when left out.")
    .optional(),
});

export const DELETION_RULE = objectOf({
  contactId: text().describe("Any contact when left out.").optional(),
  failures: listOf(DELETION_FAILURE),
  times: wholeNumber(1, MAX_COUNT)
    .describe("How many deletions fail so; 1 when left out.")
    .optional(),
});

export const SETTING_CHANGES = named("SettingChanges", SOME_SETTINGS);

export const SENT_MESSAGE = named(
  "SentMessage",
  objectOf({
    messageId: wholeNumber(1, MAX_COUNT),
    contactId: text(),
    channel: oneOf(["email", "phone"]),
    target: text(),
    sentAt: INSTANT,
    code: text().describe("Confirms the target."),
    text: text(),
  }),
);

export const SNAPSHOT = named(
  "Snapshot",
  objectOf({
    seed: NAMED_SEED,
    settings: SETTING_CHANGES,
    clockOffsetMs: wholeNumber(-MAX_MS, MAX_MS),
    outbox: listOf(SENT_MESSAGE),
    deletionFailures: listOf(DELETION_RULE),
  }),
);

/** What is answered; nothing reads these, a test holds the answers against them. */

export const DONE = named("Done", objectOf({ ok: z.literal(true) }));

export const REFUSAL = named("Refusal", objectOf({ error: text() }));

export const SETTINGS_IN_FORCE = named("Settings", ALL_SETTINGS);

export const CLOCK_READING = named(
  "ClockReading",
  objectOf({
    now: INSTANT,
    nowMs: wholeNumber(0).describe("Milliseconds since 1970."),
    offsetMs: wholeNumber(-MAX_MS, MAX_MS).describe(
      "How far the clock is ahead of the machine's.",
    ),
  }),
);

export const FAULT_RULE = named(
  "Fault",
  objectOf({
    faultId: wholeNumber(1),
    effect: oneOf(FAULT_EFFECTS),
    operation: text(),
    when: oneOf(["arrival", "before", "after"]),
    times: wholeNumber(1).nullable(),
    skip: wholeNumber(0),
    probability: probability(),
    ms: wholeNumber(-MAX_MS, MAX_MS),
    bytes: wholeNumber(0),
    code: text(),
    httpStatus: wholeNumber(200, 599).optional(),
    message: text().optional(),
    skipped: wholeNumber(0).describe("Calls that passed by."),
    met: wholeNumber(0).describe("Calls that were met."),
  }),
);

export const SHOWN_KEY = named(
  "Key",
  objectOf({
    accessKeyId: text(),
    allowedActions: listOf(text()),
    isActive: flag(),
    isTemporary: flag(),
    expiresAt: wholeNumber(0).nullable(),
  }),
);

export const ENDED_SESSIONS = objectOf({
  expired: wholeNumber(0).describe("How many sessions ended."),
});

export const CALL_ENTRY = named(
  "Call",
  objectOf({
    callId: wholeNumber(1),
    at: INSTANT,
    requestId: text(),
    method: text(),
    action: text().nullable(),
    accessKeyId: text().nullable(),
    params: z
      .record(z.string(), z.string())
      .describe("As sent, without Signature and SecurityToken."),
    verdict: text()
      .nullable()
      .describe(
        "`ok` or the vendor code; null while undecided, and for a call that a fault swallowed.",
      ),
    executed: flag().describe("Whether the action ran and was not refused."),
    effects: wholeNumber(0).describe(
      "How many facts it changed and messages it sent.",
    ),
    fault: text().nullable().describe("Effect of the fault that met the call."),
  }),
);

const OBJECTS = z.array(z.looseObject({}));

/** Described by its own content: routes, settings, fault effects. */
export const INDEX = z.looseObject({
  routes: OBJECTS,
  settings: OBJECTS,
  faultEffects: OBJECTS,
});

/** This document; OpenAPI has a schema of its own. */
export const OPENAPI_DOCUMENT = z.looseObject({
  openapi: z.string(),
  info: z.looseObject({}),
  paths: z.looseObject({}),
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
