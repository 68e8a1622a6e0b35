import { FAILING_PODS } from "./failing-pods.js";
import { FAILING_SERVICES, NOT_DRIVEN } from "./failing-services.js";
import { FAILING_VENDOR } from "./failing-vendor.js";
import type { Step } from "./step.js";

/** All steps of the drill, in order. */
export const STEPS: readonly Step[] = [
  ...FAILING_PODS,
  ...FAILING_SERVICES,
  ...FAILING_VENDOR,
];

/** The alerts that neither a step nor `NOT_DRIVEN` names. */
export function withoutStep(alerts: readonly string[]): readonly string[] {
  const expected = new Set([
    ...STEPS.flatMap((step) => step.alerts),
    ...Object.keys(NOT_DRIVEN),
  ]);
  return alerts.filter((alert) => !expected.has(alert));
}
