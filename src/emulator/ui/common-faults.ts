import type { FaultInput } from "../faults/faults.js";

/** Predefined faults of the UI page, by form value. */
export const COMMON_FAULTS: Readonly<
  Record<string, { readonly label: string; readonly fault: FaultInput }>
> = {
  "unavailable-once": {
    label: "503 for one call",
    fault: { effect: "status503", times: 1 },
  },
  "lost-answer": {
    label: "Executed, but the response is lost (one call)",
    fault: { effect: "reset", when: "after", times: 1 },
  },
  "lost-call": {
    label: "Connection reset before execution (one call)",
    fault: { effect: "reset", when: "before", times: 1 },
  },
  throttled: {
    label: "Throttling error for one call",
    fault: { effect: "throttle", times: 1 },
  },
  "concurrent-change": {
    label: "Concurrent change error for one call",
    fault: { effect: "error", code: "ConcurrentCallNotSupported", times: 1 },
  },
  denied: {
    label: "No permission, until removed",
    fault: { effect: "error", code: "NoPermission", times: null },
  },
  slow: {
    label: "Every response three seconds late",
    fault: { effect: "delay", ms: 3_000, times: null },
  },
  "half-down": {
    label: "Half of the calls fail with 503",
    fault: { effect: "status503", probability: 0.5 },
  },
  down: {
    label: "All calls fail with 503",
    fault: { effect: "status503", times: null },
  },
};
