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

/** Maximum duration, about 31 years. */
const MAX_MS = 1e12;
const MAX_COUNT = 1_000_000_000;
const INSTANT = text().meta({ format: "date-time" });

/** Request bodies. */

export const ADVANCE = objectOf({
  ms: wholeNumber(0, MAX_MS).describe(
    "Milliseconds by which the clock is advanced.",
  ),
});

export const FAULT_ID = wholeNumber(1, MAX_COUNT).describe(
  "The fault to remove. Default: all faults.",
);

export const FAULT = objectOf({
  effect: oneOf(FAULT_EFFECTS),
  operation: oneOf(["*", ...ACTIONS.keys()])
    .describe(
      "The action to which the fault applies; `*` means all. Default: `*`.",
    )
    .optional(),
  when: oneOf(["before", "after"])
    .describe(
      "Before or after the action is executed. Default: the effect's first moment.",
    )
    .optional(),
  times: wholeNumber(1, MAX_COUNT)
    .nullable()
    .describe(
      "Number of calls to which the fault is applied; null means unlimited. Default: 1, or null with a probability.",
    )
    .optional(),
  skip: wholeNumber(0, MAX_COUNT)
    .describe("Number of matching calls to skip first. Default: 0.")
    .optional(),
  probability: probability()
    .describe("Probability per matching call. Default: 1.")
    .optional(),
  ms: wholeNumber(-MAX_MS, MAX_MS)
    .describe("Milliseconds, for effects with a duration.")
    .optional(),
  bytes: wholeNumber(1, MAX_COUNT)
    .describe("Number of bytes, for effects with a size.")
    .optional(),
  code: text().describe("The vendor's error code.").optional(),
  httpStatus: wholeNumber(200, 599)
    .describe("Overrides the HTTP status of the code.")
    .optional(),
  message: text().describe("Overrides the HTTP status of the code.").optional(),
});

export const KEY = objectOf({
  accessKeyId: text(),
  accessKeySecret: text(),
  allowedActions: listOf(text())
    .describe("Operation names, or `*` for all. Default: `*`.")
    .optional(),
  isActive: flag().optional(),
  securityToken: text().describe("Makes the key temporary.").optional(),
  expiresAt: wholeNumber(0)
    .describe("Expiry in milliseconds since 1970. Default: never.")
    .optional(),
});

export const SESSION_CHOICE = objectOf({
  accessKeyId: text()
    .describe("The temporary key to expire. Default: all temporary keys.")
    .optional(),
});

export const DELETION_RULE = objectOf({
  contactId: text()
    .describe("The contact whose deletion fails. Default: any contact.")
    .optional(),
  failures: listOf(DELETION_FAILURE),
  times: wholeNumber(1, MAX_COUNT)
    .describe("Number of deletions that fail. Default: 1.")
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
    code: text().describe("Code that confirms the target."),
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

/** Responses. These schemas only document; a conformance test checks the responses against them. */

export const DONE = named("Done", objectOf({ ok: z.literal(true) }));

export const ERROR = named("Error", objectOf({ error: text() }));

export const CURRENT_SETTINGS = named("Settings", ALL_SETTINGS);

export const CLOCK_READING = named(
  "ClockReading",
  objectOf({
    now: INSTANT,
    nowMs: wholeNumber(0).describe("Milliseconds since 1970."),
    offsetMs: wholeNumber(-MAX_MS, MAX_MS).describe(
      "Difference from the system clock in milliseconds.",
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
    skipped: wholeNumber(0).describe("Matching calls that were skipped."),
    met: wholeNumber(0).describe("Calls to which the fault was applied."),
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

export const EXPIRED_SESSIONS = objectOf({
  expired: wholeNumber(0).describe("Number of keys that were expired."),
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
        "`ok` or the vendor's error code. null before the response, and when a fault replaced it.",
      ),
    executed: flag().describe("Whether the action was executed successfully."),
    effects: wholeNumber(0).describe(
      "Number of changes made plus messages sent.",
    ),
    fault: text()
      .nullable()
      .describe("Effect of the fault that was applied, or null."),
  }),
);

const OBJECTS = z.array(z.looseObject({}));

/** The index: routes, settings and fault effects. */
export const INDEX = z.looseObject({
  routes: OBJECTS,
  settings: OBJECTS,
  faultEffects: OBJECTS,
});

/** The OpenAPI document. The OpenAPI specification defines its schema. */
export const OPENAPI_DOCUMENT = z.looseObject({
  openapi: z.string(),
  info: z.looseObject({}),
  paths: z.looseObject({}),
});

/** Schemas that the OpenAPI document lists under `components`. */
export const NAMED_SHAPES = [
  NAMED_SEED,
  SETTING_CHANGES,
  SENT_MESSAGE,
  SNAPSHOT,
  DONE,
  ERROR,
  CURRENT_SETTINGS,
  CLOCK_READING,
  FAULT_RULE,
  SHOWN_KEY,
  CALL_ENTRY,
] as const;
