import {
  FAULT_MOMENTS,
  type FaultEffect,
} from "../../src/emulator/faults/fault-kinds.js";
import type { Replicas } from "../support/replicas.js";
import { until } from "../support/until.js";
import { Gun, percentile, type Hit, type Shot } from "./load.js";

const ROOT = "/v1/message-contacts";

/** How long one kind of answer took at worst, in milliseconds. */
export interface SlowestAnswers {
  readonly readMs: number;
  readonly writeMs: number;
  /** From the end of the fault to the first good read. */
  readonly recoveryMs: number;
  readonly untyped: number;
}

/** One fault at each call, one kind after the other, at every moment it can have. */
export async function underEachFault(
  { a, emulator }: Replicas,
  contactId: string,
): Promise<SlowestAnswers> {
  const gun = new Gun(a.url, 8);
  const read: Shot = { method: "GET", path: `${ROOT}/${contactId}` };
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
        gun.fire(read),
        gun.fire(renaming(contactId, (names += 1))),
      ]);
      emulator.control.clearFaults();
      const ended = performance.now();
      await until(
        `a good read after ${effect}`,
        async () => (await gun.fire(read))?.status === 200,
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
  await gun.close();
  return slowest;
}

/** What the gateway adds to a healthy vendor's own time, one request at a time. */
export async function overhead({ a }: Replicas, shot: Shot): Promise<number> {
  const gun = new Gun(a.url, 1);
  const times: number[] = [];
  for (let count = 0; count < 2_500; count += 1) {
    const hit = await gun.fire(shot);
    if (count >= 500) times.push(msOf(hit));
  }
  await gun.close();
  return percentile(times, 0.99);
}

/** How a Redis that is away is felt, in milliseconds. */
export interface AwayFigures {
  /** The slowest refusal of a write with a key. */
  readonly keyedWriteMs: number;
  readonly keyedWriteStatus: number;
  /** The slowest read, all of which were answered. */
  readonly readMs: number;
  readonly readsFailed: number;
  /** From its return to the first write with a key that is carried out. */
  readonly recoveryMs: number;
}

/** Reads and writes with keys while Redis is away, then until it is back. */
export async function withoutRedis(
  { a }: Replicas,
  contactId: string,
  leave: () => Promise<void> | void,
  comeBack: () => Promise<void> | void,
): Promise<AwayFigures> {
  const gun = new Gun(a.url, 4);
  let count = 0;
  const keyedWrite = (): Promise<Hit | null> => {
    count += 1;
    const shot = renaming(contactId, count);
    return gun.fire({
      ...shot,
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
  await leave();
  for (let round = 0; round < 20; round += 1) {
    const read = await gun.fire({
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
  await comeBack();
  await until(
    "a write with a key",
    async () => (await keyedWrite())?.status === 200,
  );
  figures.recoveryMs = Math.round(performance.now() - began);
  await gun.close();
  return figures;
}

function renaming(contactId: string, count: number): Shot {
  return {
    method: "PATCH",
    path: `${ROOT}/${contactId}`,
    body: JSON.stringify({ name: `Tom${"abcdefghij"[count % 10]}` }),
  };
}

function msOf(hit: Hit | null): number {
  return hit === null ? Number.NaN : Math.round(hit.ms);
}

function isUntyped(hit: Hit | null): boolean {
  return hit === null || (hit.status >= 400 && !hit.text.includes('"code"'));
}
