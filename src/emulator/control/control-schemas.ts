import { z } from "zod";
import { ACTIONS } from "../actions/catalogue.js";
import { FAULT_EFFECTS } from "../faults/fault-kinds.js";
import {
  booleanValue,
  arrayOf,
  named,
  objectOf,
  stringEnum,
  probability,
  nonEmptyString,
  openEnum,
  integer,
} from "../schema.js";
import { DIRECTORY_CHANGE } from "./directory-schemas.js";
import { DELETION_FAILURE, NAMED_SEED } from "./seed-schemas.js";
import { RPC_ERRORS } from "../wire/rpc-error-table.js";
import { ALL_SETTINGS, SOME_SETTINGS } from "../settings.js";

/** Maximum duration, about 31 years. */
const MAX_MS = 1e12;
const MAX_COUNT = 1_000_000_000;
const INSTANT = nonEmptyString().meta({ format: "date-time" });

/** Request bodies. */

export const ADVANCE = objectOf({
  ms: integer(0, MAX_MS).describe(
    "Milliseconds by which the clock is advanced.",
  ),
});

export const GATEWAY_URL = z
  .string("must be a URL")
  .regex(/^https?:\/\/[^\s/]/, "must begin with http:// or https://");

export const FAULT_ID = integer(1, MAX_COUNT).describe(
  "The fault to remove. Default: all faults.",
);

export const FAULT = objectOf({
  effect: stringEnum(FAULT_EFFECTS),
  operation: stringEnum(["*", ...ACTIONS.keys()])
    .describe(
      "The action to which the fault applies; `*` means all. Default: `*`.",
    )
    .optional(),
  when: stringEnum(["before", "after"])
    .describe(
      "Before or after the action is executed. Default: the effect's first moment.",
    )
    .optional(),
  times: integer(1, MAX_COUNT)
    .nullable()
    .describe(
      "Number of calls to which the fault is applied; null means unlimited. Default: 1, or null with a probability.",
    )
    .optional(),
  skip: integer(0, MAX_COUNT)
    .describe("Number of matching calls to skip first. Default: 0.")
    .optional(),
  probability: probability()
    .describe("Probability per matching call. Default: 1.")
    .optional(),
  ms: integer(-MAX_MS, MAX_MS)
    .describe("Milliseconds, for effects with a duration.")
    .optional(),
  bytes: integer(1, MAX_COUNT)
    .describe("Number of bytes, for effects with a size.")
    .optional(),
  code: openEnum(Object.keys(RPC_ERRORS))
    .describe("The vendor's error code.")
    .optional(),
  httpStatus: integer(200, 599)
    .describe("Overrides the HTTP status of the code.")
    .optional(),
  message: nonEmptyString()
    .describe("Overrides the message of the code.")
    .optional(),
});

export const KEY = objectOf({
  accessKeyId: nonEmptyString(),
  accessKeySecret: nonEmptyString(),
  allowedActions: arrayOf(nonEmptyString())
    .describe("Operation names, or `*` for all. Default: `*`.")
    .optional(),
  isActive: booleanValue().optional(),
  accountId: nonEmptyString()
    .describe("Account of the key. Default: the management account.")
    .optional(),
  securityToken: nonEmptyString()
    .describe("Makes the key temporary.")
    .optional(),
  expiresAt: integer(0)
    .describe("Expiry in milliseconds since 1970. Default: never.")
    .optional(),
});

export const SESSION_CHOICE = objectOf({
  accessKeyId: nonEmptyString()
    .describe("The temporary key to expire. Default: all temporary keys.")
    .optional(),
});

export const DELETION_RULE = objectOf({
  contactId: nonEmptyString()
    .describe("The contact whose deletion fails. Default: any contact.")
    .optional(),
  failures: arrayOf(DELETION_FAILURE),
  times: integer(1, MAX_COUNT)
    .describe("Number of deletions that fail. Default: 1.")
    .optional(),
});

export const SETTING_CHANGES = named("SettingChanges", SOME_SETTINGS);

export const SENT_MESSAGE = named(
  "SentMessage",
  objectOf({
    messageId: integer(1, MAX_COUNT),
    contactId: nonEmptyString(),
    channel: stringEnum(["email", "phone"]),
    target: nonEmptyString(),
    sentAt: INSTANT,
    code: nonEmptyString().describe("Code that confirms the target."),
    text: nonEmptyString(),
  }),
);

export const SNAPSHOT = named(
  "Snapshot",
  objectOf({
    seed: NAMED_SEED,
    settings: SETTING_CHANGES,
    clockOffsetMs: integer(-MAX_MS, MAX_MS),
    outbox: arrayOf(SENT_MESSAGE),
    deletionFailures: arrayOf(DELETION_RULE),
  }),
);

/** Responses. These schemas only document; a conformance test checks the responses against them. */

export const DONE = named("Done", objectOf({ ok: z.literal(true) }));

export const ERROR = named("Refusal", objectOf({ error: nonEmptyString() }));

export const CURRENT_SETTINGS = named("Settings", ALL_SETTINGS);

export const CLOCK_READING = named(
  "ClockReading",
  objectOf({
    now: INSTANT,
    nowMs: integer(0).describe("Milliseconds since 1970."),
    offsetMs: integer(-MAX_MS, MAX_MS).describe(
      "Difference from the system clock in milliseconds.",
    ),
  }),
);

export const FAULT_RULE = named(
  "Fault",
  objectOf({
    faultId: integer(1),
    effect: stringEnum(FAULT_EFFECTS),
    operation: nonEmptyString(),
    when: stringEnum(["arrival", "before", "after"]),
    times: integer(1).nullable(),
    skip: integer(0),
    probability: probability(),
    ms: integer(-MAX_MS, MAX_MS),
    bytes: integer(0),
    code: nonEmptyString(),
    httpStatus: integer(200, 599).optional(),
    message: nonEmptyString().optional(),
    skipped: integer(0).describe("Matching calls that were skipped."),
    met: integer(0).describe("Calls to which the fault was applied."),
  }),
);

export const SHOWN_KEY = named(
  "Key",
  objectOf({
    accessKeyId: nonEmptyString(),
    allowedActions: arrayOf(nonEmptyString()),
    isActive: booleanValue(),
    isTemporary: booleanValue(),
    expiresAt: integer(0).nullable(),
  }),
);

export const EXPIRED_SESSIONS = objectOf({
  expired: integer(0).describe("Number of keys that were expired."),
});

export const CALL_ENTRY = named(
  "Call",
  objectOf({
    callId: integer(1),
    at: INSTANT,
    requestId: nonEmptyString(),
    method: nonEmptyString(),
    action: nonEmptyString().nullable(),
    accessKeyId: nonEmptyString().nullable(),
    params: z
      .record(z.string(), z.string())
      .describe("As sent, without Signature and SecurityToken."),
    verdict: nonEmptyString()
      .nullable()
      .describe(
        "`ok` or the vendor's error code. null before the response, and when a fault replaced it.",
      ),
    executed: booleanValue().describe(
      "Whether the action was executed successfully.",
    ),
    effects: integer(0).describe("Number of changes made plus messages sent."),
    fault: nonEmptyString()
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
export const NAMED_SCHEMAS = [
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
  DIRECTORY_CHANGE,
] as const;
