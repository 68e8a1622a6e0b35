import { setTimeout as delay } from "node:timers/promises";
import { Agent, request } from "undici";
import type { Mix, MixRequest } from "./mix.js";
import { recordOf, type RawResponse, type RecordedRequest } from "./record.js";

/** Servers under load, in turns, and what each request carries in addition. */
export interface LoadTarget {
  readonly origins: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
}

interface Sent {
  readonly request: MixRequest;
  readonly response: RawResponse;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

/** A client gives up after this long. */
const TIMEOUT_MS = 25_000;

/** Shorter waits are skipped: timers have a resolution of a millisecond. */
const MIN_WAIT_MS = 1;

/**
 * Sends requests at a fixed rate, however long the earlier ones take, and resolves with
 * the record when all are answered.
 *
 * @param rate requests per second
 */
export async function openLoad(
  { origins, headers }: LoadTarget,
  mix: Mix,
  rate: number,
  seconds: number,
): Promise<RecordedRequest[]> {
  const agent = new Agent({
    connections: 1_024,
    keepAliveTimeout: 60_000,
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
  });
  const sendNext = async (n: number): Promise<Sent> => {
    const next = mix.next();
    const origin = origins[n % origins.length] ?? "";
    const startedAtMs = performance.now();
    const response = await request(`${origin}${next.path}`, {
      dispatcher: agent,
      method: next.method,
      headers: { ...headers, ...next.headers },
      body: next.body ?? null,
    }).then(
      async ({ statusCode, headers: received, body }) => ({
        status: statusCode,
        headers: received,
        text: await body.text(),
      }),
      (error: Error) => ({ status: 0, headers: {}, text: error.message }),
    );
    const endedAtMs = performance.now();
    return { request: next, response, startedAtMs, endedAtMs };
  };
  try {
    const sent: Promise<Sent>[] = [];
    const startedAtMs = performance.now();
    for (let n = 0; n < rate * seconds; n += 1) {
      const waitMs = startedAtMs + (n * 1_000) / rate - performance.now();
      if (waitMs > MIN_WAIT_MS) await delay(waitMs);
      sent.push(sendNext(n));
    }
    const all = await Promise.all(sent);
    // Not before: the processor's time is needed for the load.
    return all.map(({ request: one, response, ...times }) =>
      recordOf(one, response, times),
    );
  } finally {
    await agent.close();
  }
}
