import { route, routeWithBody, type ControlRoute } from "./control-route.js";
import * as shapes from "./control-shapes.js";
import { listOf, objectOf } from "../json.js";
import { VERIFICATION_CHOICE } from "./seed-input.js";

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
    sentence: "Confirms a pending address or number, as its owner would.",
    takes: VERIFICATION_CHOICE,
    examples: VERIFICATION_EXAMPLES,
    answers: shapes.DONE,
    run: (control, choice) => control.confirmVerification(choice),
  }),
  routeWithBody({
    method: "POST",
    path: "/verifications/expire",
    operationId: "expireVerification",
    sentence: "Expires a pending verification.",
    takes: VERIFICATION_CHOICE,
    examples: VERIFICATION_EXAMPLES,
    answers: shapes.DONE,
    run: (control, choice) => control.expireVerification(choice),
  }),
  route({
    method: "GET",
    path: "/outbox",
    operationId: "readOutbox",
    sentence:
      "Lists the messages that the vendor would have sent, oldest first.",
    answers: objectOf({ messages: listOf(shapes.SENT_MESSAGE) }),
    run: (control) => ({ messages: control.outbox() }),
  }),
  route({
    method: "DELETE",
    path: "/outbox",
    operationId: "clearOutbox",
    sentence:
      "Deletes all messages. The counters of the sending limits are not reset.",
    answers: shapes.DONE,
    run: (control) => control.clearOutbox(),
  }),
  route({
    method: "GET",
    path: "/clock",
    operationId: "readClock",
    sentence: "Returns the emulator's time.",
    answers: shapes.CLOCK_READING,
    run: (control) => control.clock(),
  }),
  routeWithBody({
    method: "POST",
    path: "/clock/advance",
    operationId: "advanceClock",
    sentence: "Advances the clock. Waits that are due end immediately.",
    takes: shapes.ADVANCE,
    examples: { day: { ms: 86_400_000 } },
    answers: shapes.CLOCK_READING,
    run: (control, { ms }) => control.advanceClock(ms),
  }),
  route({
    method: "GET",
    path: "/faults",
    operationId: "readFaults",
    sentence: "Lists the scripted faults with their counters.",
    answers: objectOf({ faults: listOf(shapes.FAULT_RULE) }),
    run: (control) => ({ faults: control.faults() }),
  }),
  routeWithBody({
    method: "POST",
    path: "/faults",
    operationId: "addFault",
    sentence: "Adds a scripted fault. Only the effect is required.",
    takes: shapes.FAULT,
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
    answers: shapes.FAULT_RULE,
    run: (control, fault) => control.addFault(fault),
  }),
  route({
    method: "DELETE",
    path: "/faults",
    operationId: "clearFaults",
    sentence: "Removes all faults, or one of them.",
    query: { faultId: shapes.FAULT_ID },
    answers: shapes.DONE,
    run: (control, { faultId }) => control.clearFaults(faultId),
  }),
  route({
    method: "GET",
    path: "/keys",
    operationId: "readKeys",
    sentence: "Lists the access keys, without secrets.",
    answers: objectOf({ keys: listOf(shapes.SHOWN_KEY) }),
    run: (control) => ({ keys: control.keys() }),
  }),
  routeWithBody({
    method: "POST",
    path: "/keys",
    operationId: "putKey",
    sentence: "Adds an access key. Replaces a key with the same id.",
    takes: shapes.KEY,
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
    answers: objectOf({ keys: listOf(shapes.SHOWN_KEY) }),
    run: (control, key) => {
      control.putKey(key);
      return { keys: control.keys() };
    },
  }),
  routeWithBody({
    method: "POST",
    path: "/sts/expire",
    operationId: "expireSts",
    sentence: "Expires one temporary key, or all of them.",
    takes: shapes.SESSION_CHOICE,
    isBodyOptional: true,
    examples: { one: { accessKeyId: "STS.testid" }, all: {} },
    answers: shapes.EXPIRED_SESSIONS,
    run: (control, { accessKeyId }) => ({
      expired: control.expireSts(accessKeyId),
    }),
  }),
  routeWithBody({
    method: "POST",
    path: "/deletions/fail",
    operationId: "failDeletions",
    sentence: "Makes asynchronous deletions fail.",
    takes: shapes.DELETION_RULE,
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
    answers: shapes.DONE,
    run: (control, rule) => control.failDeletions(rule),
  }),
  route({
    method: "GET",
    path: "/calls",
    operationId: "readCalls",
    sentence: "Lists the latest calls to the vendor's API, oldest first.",
    answers: objectOf({ calls: listOf(shapes.CALL_ENTRY) }),
    run: (control) => ({ calls: control.calls() }),
  }),
  route({
    method: "DELETE",
    path: "/calls",
    operationId: "clearCalls",
    sentence: "Deletes the recorded calls.",
    answers: shapes.DONE,
    run: (control) => control.clearCalls(),
  }),
];
