import type { SavedCalls, Usage } from "../context/request-context.js";
import type { Operation } from "./operations.js";
import type { UpstreamObserver } from "./upstream-observer.js";

/** Counts a vendor call that a request needs. */
export function countRequested(
  operation: Operation,
  usage: Usage,
  observer: UpstreamObserver,
): void {
  usage.requestedCalls = (usage.requestedCalls ?? 0) + 1;
  observer.requested?.(operation);
}

/** Counts a read that was answered without a call of its own. */
export function countSaved(
  operation: Operation,
  by: keyof SavedCalls,
  usage: Usage,
  observer: UpstreamObserver,
): void {
  usage.saved ??= { cache: 0, inFlight: 0, list: 0 };
  usage.saved[by] += 1;
  observer.saved?.(operation, by);
}

/** Records the age of a read, unless an older one was recorded. */
export function recordAge(usage: Usage, ageMs: number): void {
  if (ageMs > 0) usage.readAgeMs = Math.max(usage.readAgeMs ?? 0, ageMs);
}
