import { route, routeWithBody, type ControlRoute } from "./control-route.js";
import * as shapes from "./control-shapes.js";
import { listOf, objectOf } from "../json.js";
import { VERIFICATION_CHOICE } from "./seed-input.js";

const SOME_VERIFICATIONS = {
  target: { contactId: "c-r5IfC8dP0gNmZ4Ek", target: "ben@example.com" },
  code: { code: "123456" },
};

/** What happens around the vendor's API: owners who confirm, time, faults, keys, the record. */
export const EVENT_ROUTES: readonly ControlRoute[] = [
  routeWithBody({
    method: "POST",
    path: "/verifications/confirm",
    operationId: "confirmVerification",
    sentence: "Does what the owner of a pending address or number does.",
    takes: VERIFICATION_CHOICE,
    examples: SOME_VERIFICATIONS,
    answers: shapes.DONE,
    run: (control, choice) => control.confirmVerification(choice),
  }),
  routeWithBody({
    method: "POST",
    path: "/verifications/expire",
    operationId: "expireVerification",
    sentence: "Lets a pending verification lapse.",
    takes: VERIFICATION_CHOICE,
    examples: SOME_VERIFICATIONS,
    answers: shapes.DONE,
    run: (control, choice) => control.expireVerification(choice),
  }),
  route({
    method: "GET",
    path: "/outbox",
    operationId: "readOutbox",
    sentence: "The messages that would have been sent, oldest first.",
    answers: objectOf({ messages: listOf(shapes.SENT_MESSAGE) }),
    run: (control) => ({ messages: control.outbox() }),
  }),
  route({
    method: "DELETE",
    path: "/outbox",
    operationId: "clearOutbox",
    sentence: "Empties the outbox; the caps go on counting.",
    answers: shapes.DONE,
    run: (control) => control.clearOutbox(),
  }),
  route({
    method: "GET",
    path: "/clock",
    operationId: "readClock",
    sentence: "The emulator's time.",
    answers: shapes.CLOCK_READING,
    run: (control) => control.clock(),
  }),
  routeWithBody({
    method: "POST",
    path: "/clock/advance",
    operationId: "advanceClock",
    sentence: "Lets time pass at once; waits that fall due end.",
    takes: shapes.ADVANCE,
    examples: { day: { ms: 86_400_000 } },
    answers: shapes.CLOCK_READING,
    run: (control, { ms }) => control.advanceClock(ms),
  }),
  route({
    method: "GET",
    path: "/faults",
    operationId: "readFaults",
    sentence: "The scripted faults and how far they have got.",
    answers: objectOf({ faults: listOf(shapes.FAULT_RULE) }),
    run: (control) => ({ faults: control.faults() }),
  }),
  routeWithBody({
    method: "POST",
    path: "/faults",
    operationId: "addFault",
    sentence: "Scripts a fault; only the effect is needed.",
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
    sentence: "Takes back all faults, or one.",
    query: { faultId: shapes.FAULT_ID },
    answers: shapes.DONE,
    run: (control, { faultId }) => control.clearFaults(faultId),
  }),
  route({
    method: "GET",
    path: "/keys",
    operationId: "readKeys",
    sentence: "The keys, without their secrets.",
    answers: objectOf({ keys: listOf(shapes.SHOWN_KEY) }),
    run: (control) => ({ keys: control.keys() }),
  }),
  routeWithBody({
    method: "POST",
    path: "/keys",
    operationId: "putKey",
    sentence: "Adds a key, or replaces the one with the same id.",
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
    sentence: "Ends the session of one temporary key, or of all.",
    takes: shapes.SESSION_CHOICE,
    isBodyOptional: true,
    examples: { one: { accessKeyId: "STS.testid" }, all: {} },
    answers: shapes.ENDED_SESSIONS,
    run: (control, { accessKeyId }) => ({
      expired: control.expireSts(accessKeyId),
    }),
  }),
  routeWithBody({
    method: "POST",
    path: "/deletions/fail",
    operationId: "failDeletions",
    sentence: "Makes asynchronous deletions end as Failed.",
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
    sentence: "The latest calls on the RPC endpoint, oldest first.",
    answers: objectOf({ calls: listOf(shapes.CALL_ENTRY) }),
    run: (control) => ({ calls: control.calls() }),
  }),
  route({
    method: "DELETE",
    path: "/calls",
    operationId: "clearCalls",
    sentence: "Forgets the calls.",
    answers: shapes.DONE,
    run: (control) => control.clearCalls(),
  }),
];
