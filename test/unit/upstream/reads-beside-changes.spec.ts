import { describe, expect, it } from "@jest/globals";
import { ANONYMOUS } from "../../../src/context/caller.js";
import type { RequestContext } from "../../../src/context/request-context.js";
import { GatewayError } from "../../../src/errors/gateway-error.js";
import { IdempotencyKeys } from "../../../src/upstream/idempotency/idempotency-keys.js";
import { MemoryKeyStore } from "../../../src/upstream/idempotency/memory-key-store.js";
import type { Operation } from "../../../src/upstream/operations.js";
import {
  LocalCallTokens,
  type CallTokens,
} from "../../../src/upstream/pacing/call-tokens.js";
import { DirectoryPacer } from "../../../src/upstream/pacing/directory-pacer.js";
import type {
  InvalidationBus,
  InvalidationListener,
} from "../../../src/upstream/reads/invalidation-bus.js";
import type { UpstreamReply } from "../../../src/upstream/transport/transport.js";
import { UpstreamClient } from "../../../src/upstream/upstream.client.js";
import type { VendorParams } from "../../../src/upstream/vendor/vendor-types.js";
import { MemoryWriteQueue } from "../../../src/upstream/writes/write-queue.js";
import { benchContacts } from "../../bench/economy/directory.js";
import { Mix, type MixRequest } from "../../bench/economy/mix.js";
import { FakeVendor } from "../../support/fake-vendor.js";
import { SharedTiming } from "../../support/fake-timing.js";

/** Duration of a vendor call on the virtual clock. */
const CALL_MS = 5;

/** The vendor's documented limit. */
const CALLS_PER_SECOND = 20;

/** The first reads find no cached ones. */
const WARM_UP_SECONDS = 3;

const PAGE = { PageNumber: 1, PageSize: 100 } as const;

interface Wait {
  readonly startedAtMs: number;
  readonly kind: string;
  readonly ms: number;
  readonly isDone: boolean;
}

/** Delivers the writes of each replica to the others at once. */
function connectedBuses(count: number): InvalidationBus[] {
  const listeners: InvalidationListener[] = [];
  return Array.from({ length: count }, (_, own) => ({
    isShared: count > 1,
    publish: (write) => {
      for (const [at, one] of listeners.entries()) {
        if (at !== own) one.onWrite(write);
      }
      return Promise.resolve();
    },
    isUpToDate: () => Promise.resolve(true),
    subscribe: (one) => {
      listeners[own] = one;
    },
  }));
}

/** Runs the mix of the benchmark against clients of a vendor, on a virtual clock. */
class Simulation {
  readonly timing = new SharedTiming();
  readonly callTimes = new Map<string, number[]>();
  private readonly clients: UpstreamClient[];
  private readonly contacts = benchContacts();

  constructor(replicas: number) {
    const { timing } = this;
    const vendor = new FakeVendor(timing.wallMs);
    for (const { contactId } of this.contacts) {
      const template = vendor.contacts.get("c-1");
      if (template === undefined) throw new Error("the vendor has no contact");
      vendor.contacts.set(contactId, { ...template, ContactId: contactId });
    }
    vendor.contacts.delete("c-1");
    const post = vendor.post.bind(vendor);
    vendor.post = async (form): Promise<UpstreamReply> => {
      const [operation] = JSON.parse(form) as [string];
      const times = this.callTimes.get(operation) ?? [];
      this.callTimes.set(operation, [...times, timing.now()]);
      await timing.sleep(CALL_MS);
      return post(form);
    };
    const shared = new Map<Operation, CallTokens>();
    const tokensOf = (operation: Operation): CallTokens => {
      const tokens = shared.get(operation) ?? new LocalCallTokens(timing.now);
      shared.set(operation, tokens);
      return tokens;
    };
    const writes = new MemoryWriteQueue();
    this.clients = connectedBuses(replicas).map(
      (bus) =>
        new UpstreamClient({
          signer: vendor,
          transport: vendor,
          writes,
          keys: new IdempotencyKeys(
            new MemoryKeyStore(),
            "secret",
            timing.wallMs,
          ),
          timing,
          bus,
          directory: "main",
          cache: { lifetimeMs: 1_000, maxLifetimeMs: 3_000 },
          pacer: new DirectoryPacer(CALLS_PER_SECOND, timing, tokensOf),
        }),
    );
  }

  /** @param rate requests per second */
  run(rate: number, seconds: number): Promise<Wait[]> {
    const { timing } = this;
    const mix = new Mix(
      this.contacts,
      { hasRest: false, hasRetryAfter: false },
      "",
    );
    const send = async (): Promise<Wait[]> => {
      const waits: Promise<Wait>[] = [];
      for (let n = 0; n < rate * seconds; n += 1) {
        const client = this.clients[n % this.clients.length];
        if (client !== undefined) waits.push(this.waitOf(client, mix.next()));
        await timing.sleep(1_000 / rate);
      }
      return Promise.all(waits);
    };
    return timing.run(send());
  }

  private async waitOf(
    client: UpstreamClient,
    request: MixRequest,
  ): Promise<Wait> {
    const startedAtMs = this.timing.now();
    const end = (isDone: boolean): Wait => ({
      startedAtMs,
      kind: request.kind,
      ms: this.timing.now() - startedAtMs,
      isDone,
    });
    try {
      await this.execute(client, request);
      return end(true);
    } catch (error) {
      if (error instanceof GatewayError) return end(false);
      throw error;
    }
  }

  private async execute(
    client: UpstreamClient,
    { kind, body = "{}" }: MixRequest,
  ): Promise<void> {
    const { variables } = JSON.parse(body) as {
      variables: {
        id?: string;
        input?: { contactId: string; name?: string; emailAddress?: string };
      };
    };
    const ContactId = variables.id ?? variables.input?.contactId ?? "";
    const call = async <O extends Operation>(
      operation: O,
      params: VendorParams[O],
    ): Promise<void> => {
      await client.execute(operation, params, this.context());
    };
    switch (kind) {
      case "page":
        await Promise.all([
          call("getMessageContact", { ContactId }),
          call("listMessageContactVerifications", { ContactId, ...PAGE }),
        ]);
        return;
      case "single":
        return call("getMessageContact", { ContactId });
      case "list":
        return call("listMessageContacts", PAGE);
      case "name":
        return call("updateMessageContact", {
          ContactId,
          Name: variables.input?.name ?? "",
        });
      case "address":
        return call("updateMessageContact", {
          ContactId,
          EmailAddress: variables.input?.emailAddress ?? "",
        });
      case "message":
        return call("sendPhoneVerificationForMessageContact", {
          ContactId,
          PhoneNumber: "86-13900000000",
        });
    }
  }

  private context(): RequestContext {
    return {
      requestId: "test",
      language: "en",
      startedAtMs: this.timing.now(),
      caller: ANONYMOUS,
      directory: "main",
      usage: { upstreamCalls: 0, upstreamRequestId: null },
    };
  }
}

/** Value below which this share of the numbers is. */
function percentile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
}

/** The most calls of one operation within any second. */
function mostCalls(callTimes: ReadonlyMap<string, readonly number[]>): number {
  const counts = [...callTimes.values()].flatMap((times) =>
    times.map(
      (atMs) => times.filter((at) => at > atMs - 1_000 && at <= atMs).length,
    ),
  );
  return Math.max(...counts);
}

describe("reads beside changes under the vendor's rate", () => {
  it.each([
    { replicas: 1, rate: 50, p99Ms: 150, calls: 15 },
    { replicas: 1, rate: 200, p99Ms: 150, calls: 18 },
    { replicas: 1, rate: 1_000, p99Ms: 300, calls: 20 },
    { replicas: 2, rate: 1_000, p99Ms: 300, calls: 20 },
  ])(
    "wait at most $p99Ms ms at $rate requests per second and $replicas replicas",
    async ({ replicas, rate, p99Ms, calls }) => {
      const simulation = new Simulation(replicas);
      const waits = await simulation.run(rate, WARM_UP_SECONDS + 6);
      const reads = waits.filter(
        ({ kind, startedAtMs }) =>
          ["page", "list", "single"].includes(kind) &&
          startedAtMs >= 1_000 * WARM_UP_SECONDS,
      );
      expect(reads.filter(({ isDone }) => !isDone)).toEqual([]);
      const times = reads.map(({ ms }) => ms);
      expect(percentile(times, 0.5)).toBeLessThanOrEqual(10);
      expect(percentile(times, 0.99)).toBeLessThanOrEqual(p99Ms);
      expect(mostCalls(simulation.callTimes)).toBeLessThanOrEqual(calls);
    },
    60_000,
  );
});
