import { expect } from "@jest/globals";
import { randomUUID } from "node:crypto";
import { REST, type ApiResponse, type Input } from "./apis.js";
import { BEN, TOM } from "./emulator-fixture.js";
import type { GatewayProcess } from "./gateway-process.js";
import type { Pair } from "./pair.js";
import { until } from "./until.js";

/**
 * Expects that two replicas agree about everything that they share: idempotency keys, the
 * order of changes, deletions, pauses between messages, the read cache and rate limits.
 * Uses up the rate limit.
 */
export async function expectAgreement(pair: Pair): Promise<void> {
  for (const one of [pair.a, pair.b]) await usesRedis(one);
  await expectSharedKeys(pair);
  await expectOrder(pair);
  await expectInvalidations(pair);
  await expectSharedPauses(pair);
  await expectSharedDeletions(pair);
  await expectSharedLimits(pair);
}

/** Resolves when a replica reports that it uses Redis. */
export async function usesRedis({ opsUrl }: GatewayProcess): Promise<void> {
  let last = "";
  await until("the replica uses Redis", async () => {
    last = await (await fetch(`${opsUrl}/readyz`)).text();
    return last.includes('"sharedState":"redis"');
  }).catch((error: unknown) => {
    throw new Error(last, { cause: error });
  });
}

/** Changes the title of a contact; a key makes the change idempotent. */
export function changeTitle(
  { url }: GatewayProcess,
  title: string,
  key?: string,
): Promise<ApiResponse> {
  return REST.call(
    url,
    "updateMessageContact",
    { contactId: TOM, title },
    key === undefined ? {} : { "idempotency-key": key },
  );
}

/** Each replica replays what the other one carried out. */
export async function expectSharedKeys({
  a,
  b,
  emulator,
}: Pair): Promise<void> {
  for (const [first, second] of [
    [a, b],
    [b, a],
  ] as const) {
    const before = emulator.control.calls().length;
    const key = randomUUID();
    expect((await changeTitle(first, "CEO", key)).code).toBe("OK");
    const again = await changeTitle(second, "CEO", key);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    const reused = await changeTitle(second, "OTHER", key);
    expect(reused.code).toBe("IDEMPOTENCY_KEY_REUSED");
    expect(emulator.control.calls()).toHaveLength(before + 1);
  }
}

async function expectOrder({ a, b, emulator }: Pair): Promise<void> {
  const before = emulator.control.calls().length;
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      changeTitle(n % 2 === 0 ? a : b, n % 3 === 0 ? "CEO" : "OTHER"),
    ),
  );
  expect(answers.map(({ code }) => code)).toEqual(
    Array.from({ length: 20 }, () => "OK"),
  );
  const calls = emulator.control.calls().slice(before);
  expect(calls).toHaveLength(20);
  expect(calls.every(({ executed }) => executed)).toBe(true);
}

/** A change through one replica invalidates what the other one has cached. */
export async function expectInvalidations({ a, b }: Pair): Promise<void> {
  const titleOn = async ({ url }: GatewayProcess): Promise<unknown> => {
    const { data } = await REST.call(url, "getMessageContact", {
      contactId: TOM,
    });
    return (data as { title?: unknown } | null)?.title;
  };
  for (const title of ["CEO", "FINANCE_DIRECTOR", "CEO", "OTHER"]) {
    expect((await changeTitle(a, title)).code).toBe("OK");
    expect(await titleOn(b)).toBe(title);
    expect(await titleOn(a)).toBe(title);
  }
}

async function expectSharedPauses({ a, b }: Pair): Promise<void> {
  const send = ({ url }: GatewayProcess): Promise<ApiResponse> =>
    REST.call(url, "sendEmailVerificationForMessageContact", MESSAGE);
  expect((await send(a)).code).toBe("OK");
  expect((await send(b)).code).toBe("VERIFICATION_LIMIT");
}

const MESSAGE: Input = { contactId: BEN, emailAddress: "ben@example.com" };

async function expectSharedDeletions({ a, b, emulator }: Pair): Promise<void> {
  const started = await REST.call(a.url, "deleteMessageContact", {
    contactId: BEN,
    retainContactInMembers: false,
  });
  expect(started.status).toBe(202);
  const stateOn = async ({ url }: GatewayProcess): Promise<unknown> => {
    const { data } = await REST.call(url, "getMessageContactDeletionStatus", {
      contactId: BEN,
    });
    return data;
  };
  expect(await stateOn(b)).toMatchObject({
    state: "IN_PROGRESS",
    startedHere: true,
  });
  emulator.control.advanceClock(120_000);
  // No change invalidates this entry of the cache; a deletion takes a while.
  const { url } = b;
  const fresh = await fetch(`${url}/v1/message-contacts/${BEN}/deletion`, {
    headers: { "cache-control": "no-cache" },
  });
  expect(await fresh.json()).toMatchObject({ state: "DELETED" });
}

async function expectSharedLimits({ a, b }: Pair): Promise<void> {
  let accepted = 0;
  // In small groups: a Redis that answers late counts as unreachable.
  for (let group = 0; group < 16; group += 1) {
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        // An unknown path makes no upstream call.
        fetch(`${(n % 2 === 0 ? a : b).url}/v1/nothing`),
      ),
    );
    accepted += answers.filter(({ status }) => status !== 429).length;
  }
  // Counted separately, each replica would accept its half of 160.
  expect(accepted).toBeLessThanOrEqual(120);
}
