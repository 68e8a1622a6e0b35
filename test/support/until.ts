import { setTimeout as delay } from "node:timers/promises";

/**
 * Polls until the result is neither null nor false, and resolves with it.
 *
 * @throws {Error} naming `what` when that does not happen in `withinMs`
 */
export async function until<T>(
  what: string,
  ask: () => T | null | false | Promise<T | null | false>,
  withinMs = 20_000,
): Promise<T> {
  const end = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== null && answer !== false) return answer;
    if (performance.now() > end) {
      throw new Error(`${what}: not within ${withinMs} ms`);
    }
    await delay(10);
  }
}
