import type { FaultInput } from "../../../src/emulator/faults/faults.js";

const BOTH_SIDES = [
  "reset",
  "cutBody",
  "badJson",
  "html",
  "empty",
  "noCode",
  "emptyObject",
  "hang",
  "huge",
  "gzipBomb",
  "status503",
] as const;

/** Every fault the emulator knows for one call, with figures that fit `SHORT_LIMITS`. */
export const FAULTS: readonly FaultInput[] = [
  ...BOTH_SIDES.flatMap((effect): FaultInput[] => [
    { effect, when: "before" },
    { effect, when: "after" },
  ]),
  { effect: "delay", ms: 50 },
  { effect: "throttle", ms: 10 },
  { effect: "wrongShape" },
  { effect: "trickle", ms: 10, bytes: 400 },
  { effect: "gzip" },
  { effect: "protoKey" },
  { effect: "wrongId" },
  { effect: "slowClose", ms: 2_000 },
  { effect: "xml" },
  { effect: "clockSkew" },
  { effect: "resetOnReuse" },
  { effect: "error", code: "InternalError", when: "after" },
  { effect: "error", code: "SignatureNonceUsed" },
  { effect: "error", code: "ConcurrentCallNotSupported" },
  { effect: "error", code: "InvalidSecurityToken.Expired" },
  { effect: "error", code: "NoPermission" },
  { effect: "error", code: "Throttling.Api" },
];

/** Settings of a gateway that gives up soon. */
export const SHORT_LIMITS: Readonly<Record<string, string>> = {
  VERIFICATION_COOLDOWN_SECONDS: "0",
  READ_ATTEMPT_MS: "600",
  WRITE_ATTEMPT_MS: "600",
  READ_BACK_RESERVE_MS: "1500",
  READ_DEADLINE_MS: "6000",
  WRITE_DEADLINE_MS: "12000",
};

/** Faults after which the response still shows what happened. */
const CONCLUSIVE = new Set([
  "delay",
  "trickle",
  "throttle",
  "clockSkew",
  "resetOnReuse",
  "protoKey",
  "wrongId",
]);

/** Whether the response to a call with this fault shows whether it was carried out. */
export function isConclusive({ effect, code }: FaultInput): boolean {
  return (
    CONCLUSIVE.has(effect) || (effect === "error" && code !== "InternalError")
  );
}
