import { setTimeout as delay } from "node:timers/promises";
import { Pool } from "undici";

/** One request, and what its answer is called in the figures. */
export interface Shot {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What came back. */
export interface Hit {
  readonly status: number;
  readonly text: string;
  readonly ms: number;
  readonly hasRetryAfter: boolean;
}

/** Fires at one gateway over connections that it keeps. */
export class Gun {
  private readonly pool: Pool;

  constructor(url: string, connections: number) {
    this.pool = new Pool(url, {
      connections,
      pipelining: 1,
      headersTimeout: 60_000,
      bodyTimeout: 60_000,
    });
  }

  /** Null when the connection broke before the answer was whole. */
  async fire(shot: Shot): Promise<Hit | null> {
    const begun = performance.now();
    try {
      const { statusCode, headers, body } = await this.pool.request({
        method: shot.method,
        path: shot.path,
        headers: {
          ...(shot.body === undefined
            ? {}
            : { "content-type": "application/json" }),
          ...shot.headers,
        },
        body: shot.body ?? null,
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

/** Counts answers as they come. */
export class Tally {
  readonly served: number[] = [];
  readonly shed: number[] = [];
  dropped = 0;
  untyped = 0;

  add(hit: Hit | null): void {
    if (hit === null) this.dropped += 1;
    else if (hit.status === 503 || hit.status === 429) {
      this.shed.push(hit.ms);
      if (!hit.hasRetryAfter || !hit.text.includes('"code"')) this.untyped += 1;
    } else if (hit.status < 400) this.served.push(hit.ms);
    else if (!hit.text.includes('"code"')) this.untyped += 1;
  }
}

/** As many at a time as there are clients, each waiting for its answer. */
export async function closedLoop(
  gun: Gun,
  clients: number,
  ms: number,
  next: () => Shot,
): Promise<Tally> {
  const tally = new Tally();
  const end = performance.now() + ms;
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (performance.now() < end) tally.add(await gun.fire(next()));
    }),
  );
  return tally;
}

/** A fixed rate, whether answers come or not: so an overload stays one. */
export async function openLoop(
  gun: Gun,
  perSecond: number,
  ms: number,
  next: () => Shot,
): Promise<Tally> {
  const tally = new Tally();
  const begun = performance.now();
  const running = new Set<Promise<void>>();
  for (let fired = 0; performance.now() - begun < ms;) {
    const due = ((performance.now() - begun) / 1_000) * perSecond;
    for (; fired < due; fired += 1) {
      const shot = gun.fire(next()).then((hit) => {
        tally.add(hit);
        running.delete(shot);
      });
      running.add(shot);
    }
    await delay(5);
  }
  await Promise.all(running);
  return tally;
}

/** The value below which this share of the values lies, rounded. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  const at = Math.min(sorted.length - 1, Math.floor(sorted.length * share));
  return Math.round((sorted[at] ?? 0) * 10) / 10;
}
