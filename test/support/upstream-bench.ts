import { ANONYMOUS } from "../../src/context/caller.js";
import {
  openIdempotency,
  type RequestContext,
} from "../../src/context/request-context.js";
import type { ErrorCode } from "../../src/errors/error-codes.js";
import { GatewayError } from "../../src/errors/gateway-error.js";
import { IdempotencyKeys } from "../../src/upstream/idempotency/idempotency-keys.js";
import { MemoryKeyStore } from "../../src/upstream/idempotency/memory-key-store.js";
import type { Timing } from "../../src/upstream/timing.js";
import {
  UpstreamClient,
  type ClientDependencies,
} from "../../src/upstream/upstream.client.js";
import { MemoryWriteQueue } from "../../src/upstream/writes/write-queue.js";
import { FakeTiming } from "./fake-timing.js";
import { FakeVendor, type Fate } from "./fake-vendor.js";

/** An upstream client in front of a fake vendor, with a fake clock. */
export interface Bench<T extends Timing = FakeTiming> {
  readonly vendor: FakeVendor;
  readonly timing: T;
  readonly client: UpstreamClient;
  /** Context of a request that arrives now. */
  readonly context: (key?: string) => RequestContext;
}

/** @param fates what happens to the first calls, in order; the others succeed */
export function bench(fates: readonly Fate[]): Bench;
export function bench<T extends Timing>(
  fates: readonly Fate[],
  timing: T,
  more?: Partial<ClientDependencies>,
): Bench<T>;
export function bench(
  fates: readonly Fate[],
  timing: Timing = new FakeTiming(),
  more: Partial<ClientDependencies> = {},
): Bench<Timing> {
  const vendor = new FakeVendor(timing.wallMs, [...fates]);
  const client = new UpstreamClient({
    signer: vendor,
    transport: vendor,
    writes: new MemoryWriteQueue(),
    keys: new IdempotencyKeys(new MemoryKeyStore(), "secret", timing.wallMs),
    timing,
    ...more,
  });
  return {
    vendor,
    timing,
    client,
    context: (key) => ({
      requestId: "test",
      language: "en",
      startedAtMs: timing.now(),
      caller: ANONYMOUS,
      directory: "default",
      usage: { upstreamCalls: 0, upstreamRequestId: null },
      ...(key === undefined ? {} : { idempotency: openIdempotency(key) }),
    }),
  };
}

/** Error code of a call, or `done`. */
export async function outcomeOf(
  call: Promise<unknown>,
): Promise<ErrorCode | "done"> {
  try {
    await call;
    return "done";
  } catch (error) {
    if (error instanceof GatewayError) return error.code;
    throw error;
  }
}
