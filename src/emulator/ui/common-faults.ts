import type { FaultInput } from "../faults/faults.js";

/** Faults that a person is likely to want, by the name that a form sends. */
export const COMMON_FAULTS: Readonly<
  Record<string, { readonly label: string; readonly fault: FaultInput }>
> = {
  "unavailable-once": {
    label: "503 once, then fine",
    fault: { effect: "status503", times: 1 },
  },
  "lost-answer": {
    label: "Carried out, but the answer is lost",
    fault: { effect: "reset", when: "after", times: 1 },
  },
  "lost-call": {
    label: "Connection cut before it is carried out",
    fault: { effect: "reset", when: "before", times: 1 },
  },
  throttled: {
    label: "Throttled once",
    fault: { effect: "throttle", times: 1 },
  },
  "concurrent-change": {
    label: "Another change is running",
    fault: { effect: "error", code: "ConcurrentCallNotSupported", times: 1 },
  },
  denied: {
    label: "No permission, until it is taken back",
    fault: { effect: "error", code: "NoPermission", times: null },
  },
  slow: {
    label: "Every answer three seconds late",
    fault: { effect: "delay", ms: 3_000, times: null },
  },
  "half-down": {
    label: "Half of the calls fail by 503",
    fault: { effect: "status503", probability: 0.5 },
  },
  down: {
    label: "Everything fails by 503",
    fault: { effect: "status503", times: null },
  },
};
