import { route, routeWithBody, type ControlRoute } from "./control-route.js";
import * as schemas from "./control-schemas.js";
import { arrayOf, objectOf } from "../schema.js";
import { VERIFICATION_CHOICE } from "./seed-schemas.js";

const VERIFICATION_EXAMPLES = {
  target: { contactId: "c-r5IfC8dP0gNmZ4Ek", target: "ben@example.com" },
  code: { code: "123456" },
};

/** Routes for events outside the vendor's API: confirmations, clock, faults, keys, recorded calls. */
export const EVENT_ROUTES: readonly ControlRoute[] = [
  routeWithBody({
    method: "POST",
    path: "/verifications/confirm",
    operationId: "confirmVerification",
    summary: "Confirms a pending address or number, as its owner would.",
    bodySchema: VERIFICATION_CHOICE,
    examples: VERIFICATION_EXAMPLES,
    responseSchema: schemas.DONE,
    run: (control, choice) => control.confirmVerification(choice),
  }),
  routeWithBody({
    method: "POST",
    path: "/verifications/expire",
    operationId: "expireVerification",
    summary: "Expires a pending verification.",
    bodySchema: VERIFICATION_CHOICE,
    examples: VERIFICATION_EXAMPLES,
    responseSchema: schemas.DONE,
    run: (control, choice) => control.expireVerification(choice),
  }),
  route({
    method: "GET",
    path: "/outbox",
    operationId: "readOutbox",
    summary:
      "Lists the messages that the vendor would have sent, oldest first.",
    responseSchema: objectOf({ messages: arrayOf(schemas.SENT_MESSAGE) }),
    run: (control) => ({ messages: control.outbox() }),
  }),
  route({
    method: "DELETE",
    path: "/outbox",
    operationId: "clearOutbox",
    summary:
      "Deletes all messages. The counters of the sending limits are not reset.",
    responseSchema: schemas.DONE,
    run: (control) => control.clearOutbox(),
  }),
  route({
    method: "GET",
    path: "/clock",
    operationId: "readClock",
    summary: "Returns the emulator's time.",
    responseSchema: schemas.CLOCK_READING,
    run: (control) => control.clock(),
  }),
  routeWithBody({
    method: "POST",
    path: "/clock/advance",
    operationId: "advanceClock",
    summary: "Advances the clock. Waits that are due end immediately.",
    bodySchema: schemas.ADVANCE,
    examples: { day: { ms: 86_400_000 } },
    responseSchema: schemas.CLOCK_READING,
    run: (control, { ms }) => control.advanceClock(ms),
  }),
  route({
    method: "GET",
    path: "/faults",
    operationId: "readFaults",
    summary: "Lists the scripted faults with their counters.",
    responseSchema: objectOf({ faults: arrayOf(schemas.FAULT_RULE) }),
    run: (control) => ({ faults: control.faults() }),
  }),
  routeWithBody({
    method: "POST",
    path: "/faults",
    operationId: "addFault",
    summary: "Adds a scripted fault. Only the effect is required.",
    bodySchema: schemas.FAULT,
    examples: {
      short: { effect: "html" },
      full: {
        effect: "error",
        operation: "AddMessageContact",
        when: "before",
        times: 2,
        skip: 1,
        probability: 1,
        code: "InternalError",
        httpStatus: 500,
        message: "Scripted.",
      },
    },
    responseSchema: schemas.FAULT_RULE,
    run: (control, fault) => control.addFault(fault),
  }),
  route({
    method: "DELETE",
    path: "/faults",
    operationId: "clearFaults",
    summary: "Removes all faults, or one of them.",
    query: { faultId: schemas.FAULT_ID },
    responseSchema: schemas.DONE,
    run: (control, { faultId }) => control.clearFaults(faultId),
  }),
  route({
    method: "GET",
    path: "/keys",
    operationId: "readKeys",
    summary: "Lists the access keys, without secrets.",
    responseSchema: objectOf({ keys: arrayOf(schemas.SHOWN_KEY) }),
    run: (control) => ({ keys: control.keys() }),
  }),
  routeWithBody({
    method: "POST",
    path: "/keys",
    operationId: "putKey",
    summary: "Adds an access key. Replaces a key with the same id.",
    bodySchema: schemas.KEY,
    examples: {
      reader: {
        accessKeyId: "reader",
        accessKeySecret: "secret",
        allowedActions: ["GetMessageContact", "ListMessageContacts"],
      },
      temporary: {
        accessKeyId: "STS.more",
        accessKeySecret: "secret",
        securityToken: "token",
        isActive: true,
        expiresAt: 4_102_444_800_000,
      },
    },
    responseSchema: objectOf({ keys: arrayOf(schemas.SHOWN_KEY) }),
    run: (control, key) => {
      control.putKey(key);
      return { keys: control.keys() };
    },
  }),
  routeWithBody({
    method: "POST",
    path: "/sts/expire",
    operationId: "expireSts",
    summary: "Expires one temporary key, or all of them.",
    bodySchema: schemas.SESSION_CHOICE,
    isBodyOptional: true,
    examples: { one: { accessKeyId: "STS.testid" }, all: {} },
    responseSchema: schemas.EXPIRED_SESSIONS,
    run: (control, { accessKeyId }) => ({
      expired: control.expireSts(accessKeyId),
    }),
  }),
  routeWithBody({
    method: "POST",
    path: "/deletions/fail",
    operationId: "failDeletions",
    summary: "Makes asynchronous deletions fail.",
    bodySchema: schemas.DELETION_RULE,
    examples: {
      once: {
        contactId: "c-qL4HqKONzOM7aB3d",
        failures: [
          {
            AccountId: "1997968394350001",
            MessageTypes: ["AccountExpenses"],
          },
        ],
        times: 1,
      },
    },
    responseSchema: schemas.DONE,
    run: (control, rule) => control.failDeletions(rule),
  }),
  route({
    method: "GET",
    path: "/calls",
    operationId: "readCalls",
    summary: "Lists the latest calls to the vendor's API, oldest first.",
    responseSchema: objectOf({ calls: arrayOf(schemas.CALL_ENTRY) }),
    run: (control) => ({ calls: control.calls() }),
  }),
  route({
    method: "DELETE",
    path: "/calls",
    operationId: "clearCalls",
    summary: "Deletes the recorded calls.",
    responseSchema: schemas.DONE,
    run: (control) => control.clearCalls(),
  }),
];
