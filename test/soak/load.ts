import { setTimeout as delay } from "node:timers/promises";
import { Pool } from "undici";

/** A request to send. */
export interface RequestSpec {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A response and its duration. */
export interface TimedResponse {
  readonly status: number;
  readonly text: string;
  readonly ms: number;
  readonly hasRetryAfter: boolean;
}

/** Sends requests to one gateway over keep-alive connections. */
export class LoadClient {
  private readonly pool: Pool;

  constructor(url: string, connections: number) {
    this.pool = new Pool(url, {
      connections,
      pipelining: 1,
      headersTimeout: 60_000,
      bodyTimeout: 60_000,
    });
  }

  /** Sends a request; null if the connection failed before the response was complete. */
  async send(spec: RequestSpec): Promise<TimedResponse | null> {
    const begun = performance.now();
    try {
      const { statusCode, headers, body } = await this.pool.request({
        method: spec.method,
        path: spec.path,
        headers: {
          ...(spec.body === undefined
            ? {}
            : { "content-type": "application/json" }),
          ...spec.headers,
        },
        body: spec.body ?? null,
      });
      const text = await body.text();
      return {
        status: statusCode,
        text,
        ms: performance.now() - begun,
        hasRetryAfter: headers["retry-after"] !== undefined,
      };
    } catch {
      return null;
    }
  }

  close(): Promise<void> {
    return this.pool.destroy();
  }
}

/** Counts responses by outcome. */
export class Tally {
  readonly served: number[] = [];
  readonly shed: number[] = [];
  dropped = 0;
  untyped = 0;

  add(response: TimedResponse | null): void {
    if (response === null) this.dropped += 1;
    else if (response.status === 503 || response.status === 429) {
      this.shed.push(response.ms);
      if (!response.hasRetryAfter || !response.text.includes('"code"'))
        this.untyped += 1;
    } else if (response.status < 400) this.served.push(response.ms);
    else if (!response.text.includes('"code"')) this.untyped += 1;
  }
}

/** Closed loop: each client sends its next request after its last response. */
export async function closedLoop(
  client: LoadClient,
  clients: number,
  ms: number,
  next: () => RequestSpec,
): Promise<Tally> {
  const tally = new Tally();
  const end = performance.now() + ms;
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (performance.now() < end) tally.add(await client.send(next()));
    }),
  );
  return tally;
}

/** Open loop: sends at a fixed rate, independently of responses. */
export async function openLoop(
  client: LoadClient,
  perSecond: number,
  ms: number,
  next: () => RequestSpec,
): Promise<Tally> {
  const tally = new Tally();
  const begun = performance.now();
  const running = new Set<Promise<void>>();
  for (let fired = 0; performance.now() - begun < ms;) {
    const due = ((performance.now() - begun) / 1_000) * perSecond;
    for (; fired < due; fired += 1) {
      const request = client.send(next()).then((response) => {
        tally.add(response);
        running.delete(request);
      });
      running.add(request);
    }
    await delay(5);
  }
  await Promise.all(running);
  return tally;
}

/** The percentile for a share between 0 and 1, rounded to one decimal. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  const at = Math.min(sorted.length - 1, Math.floor(sorted.length * share));
  return Math.round((sorted[at] ?? 0) * 10) / 10;
}
