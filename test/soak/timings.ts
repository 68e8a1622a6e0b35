import {
  FAULT_MOMENTS,
  type FaultEffect,
} from "../../src/emulator/faults/fault-kinds.js";
import type { Replicas } from "../support/replicas.js";
import { until } from "../support/until.js";
import {
  LoadClient,
  percentile,
  type TimedResponse,
  type RequestSpec,
} from "./load.js";

const ROOT = "/v1/message-contacts";

/** Durations of the slowest responses, in milliseconds. */
export interface SlowestResponses {
  readonly readMs: number;
  readonly writeMs: number;
  /** From the end of the fault to the first successful read. */
  readonly recoveryMs: number;
  readonly untyped: number;
}

/** Applies each kind of fault to every call, at each moment at which it can occur. */
export async function underEachFault(
  { a, emulator }: Replicas,
  contactId: string,
): Promise<SlowestResponses> {
  const client = new LoadClient(a.url, 8);
  const read: RequestSpec = { method: "GET", path: `${ROOT}/${contactId}` };
  const slowest = { readMs: 0, writeMs: 0, recoveryMs: 0, untyped: 0 };
  let names = 0;
  for (const effect of Object.keys(FAULT_MOMENTS) as FaultEffect[]) {
    for (const when of FAULT_MOMENTS[effect]) {
      emulator.control.addFault({
        effect,
        probability: 1,
        ...(when === "arrival" ? {} : { when }),
      });
      const [reading, writing] = await Promise.all([
        client.send(read),
        client.send(renaming(contactId, (names += 1))),
      ]);
      emulator.control.clearFaults();
      const ended = performance.now();
      await until(
        `a successful read after ${effect}`,
        async () => (await client.send(read))?.status === 200,
        60_000,
      );
      slowest.readMs = Math.max(slowest.readMs, msOf(reading));
      slowest.writeMs = Math.max(slowest.writeMs, msOf(writing));
      slowest.recoveryMs = Math.max(
        slowest.recoveryMs,
        Math.round(performance.now() - ended),
      );
      slowest.untyped += [reading, writing].filter(isUntyped).length;
    }
  }
  await client.close();
  return slowest;
}

/** 99th percentile of sequential requests with a healthy vendor, in milliseconds. */
export async function overhead(
  { a }: Replicas,
  spec: RequestSpec,
): Promise<number> {
  const client = new LoadClient(a.url, 1);
  const times: number[] = [];
  for (let count = 0; count < 2_500; count += 1) {
    const response = await client.send(spec);
    if (count >= 500) times.push(msOf(response));
  }
  await client.close();
  return percentile(times, 0.99);
}

/** Effects of a Redis outage; durations in milliseconds. */
export interface OutageFigures {
  /** Slowest rejection of a keyed write. */
  readonly keyedWriteMs: number;
  readonly keyedWriteStatus: number;
  /** Slowest read. */
  readonly readMs: number;
  readonly readsFailed: number;
  /** From the return of Redis to the first successful keyed write. */
  readonly recoveryMs: number;
}

/** Sends reads and keyed writes during a Redis outage, and measures the recovery. */
export async function withoutRedis(
  { a }: Replicas,
  contactId: string,
  startOutage: () => Promise<void> | void,
  endOutage: () => Promise<void> | void,
): Promise<OutageFigures> {
  const client = new LoadClient(a.url, 4);
  let count = 0;
  const keyedWrite = (): Promise<TimedResponse | null> => {
    count += 1;
    const spec = renaming(contactId, count);
    return client.send({
      ...spec,
      headers: { "idempotency-key": `${performance.now()}-${count}` },
    });
  };
  const figures = {
    keyedWriteMs: 0,
    keyedWriteStatus: 0,
    readMs: 0,
    readsFailed: 0,
    recoveryMs: 0,
  };
  await startOutage();
  for (let round = 0; round < 20; round += 1) {
    const read = await client.send({
      method: "GET",
      path: `${ROOT}/${contactId}`,
    });
    figures.readMs = Math.max(figures.readMs, msOf(read));
    if (read?.status !== 200) figures.readsFailed += 1;
    const write = await keyedWrite();
    figures.keyedWriteMs = Math.max(figures.keyedWriteMs, msOf(write));
    figures.keyedWriteStatus = write?.status ?? 0;
  }
  const began = performance.now();
  await endOutage();
  await until(
    "a successful keyed write",
    async () => (await keyedWrite())?.status === 200,
  );
  figures.recoveryMs = Math.round(performance.now() - began);
  await client.close();
  return figures;
}

function renaming(contactId: string, count: number): RequestSpec {
  return {
    method: "PATCH",
    path: `${ROOT}/${contactId}`,
    body: JSON.stringify({ name: `Tom${"abcdefghij"[count % 10]}` }),
  };
}

function msOf(response: TimedResponse | null): number {
  return response === null ? Number.NaN : Math.round(response.ms);
}

function isUntyped(response: TimedResponse | null): boolean {
  return (
    response === null ||
    (response.status >= 400 && !response.text.includes('"code"'))
  );
}
