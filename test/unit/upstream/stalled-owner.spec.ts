import { afterEach, describe, expect, it, jest } from "@jest/globals";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { callerWith, SCOPES } from "../../../src/context/caller.js";
import {
  openContext,
  openIdempotency,
  type RequestContext,
} from "../../../src/context/request-context.js";
import { IdempotencyKeys } from "../../../src/upstream/idempotency/idempotency-keys.js";
import { MemoryKeyStore } from "../../../src/upstream/idempotency/memory-key-store.js";
import {
  TransportError,
  UpstreamTransport,
  type UpstreamReply,
} from "../../../src/upstream/transport/transport.js";
import { UpstreamClient } from "../../../src/upstream/upstream.client.js";
import { MemoryWriteQueue } from "../../../src/upstream/writes/write-queue.js";
import { FakeTiming } from "../../support/fake-timing.js";
import { FakeVendor } from "../../support/fake-vendor.js";
import { until } from "../../support/until.js";

const TIM = { ContactId: "c-1", Name: "tim" };

/** Two replicas that share one store and one vendor. */
class TwoReplicas {
  readonly timing = new FakeTiming();
  readonly vendor = new FakeVendor(this.timing.wallMs);
  readonly a: UpstreamClient;
  readonly b: UpstreamClient;
  /** Ends the attempt during which A was suspended. */
  wake: (end: "lost" | "answered") => void = () => undefined;

  constructor(stopA: "never" | "after sending" | "before sending") {
    const store = new MemoryKeyStore(30_000, this.timing.wallMs);
    const open = (post: typeof this.vendor.post): UpstreamClient =>
      new UpstreamClient({
        signer: this.vendor,
        transport: { post },
        writes: new MemoryWriteQueue(),
        keys: new IdempotencyKeys(store, "secret", this.timing.wallMs),
        timing: this.timing,
      });
    const send = (form: string): Promise<UpstreamReply> =>
      this.vendor.post(form);
    let isStopped = false;
    this.a = open(async (form) => {
      if (stopA === "never" || isStopped) return send(form);
      isStopped = true;
      const reply = stopA === "after sending" ? await send(form) : null;
      const end = await new Promise((resolve) => (this.wake = resolve));
      if (end === "answered" && reply !== null) return reply;
      throw new TransportError(stopA === "after sending", "TimeoutError", true);
    });
    this.b = open(send);
  }

  /** Context of the same request, sent again by its client. */
  context(): RequestContext {
    return {
      ...openContext({}, callerWith("ann", SCOPES, ["default"])),
      startedAtMs: this.timing.now(),
      idempotency: openIdempotency("key"),
    };
  }
}

const codeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => "OK",
    (error: { code: string }) => error.code,
  );

afterEach(() => {
  jest.restoreAllMocks();
});

describe("a replica that is suspended after it sent a keyed update", () => {
  it.each(["lost", "answered"] as const)(
    "does not overwrite a newer update when it resumes and its response is %s",
    async (end) => {
      const replicas = new TwoReplicas("after sending");
      const { a, b, vendor, timing } = replicas;
      const first = codeOf(
        a.execute("updateMessageContact", TIM, replicas.context()),
      );
      await until("A has sent", () => vendor.executed.length === 1);
      await timing.sleep(31_000);
      await b.execute("updateMessageContact", TIM, replicas.context());
      // Another caller changes the contact, without a key.
      const { idempotency: _none, ...plain } = replicas.context();
      await b.execute(
        "updateMessageContact",
        { ContactId: "c-1", Name: "newer" },
        plain,
      );
      replicas.wake(end);
      await first;
      const context = replicas.context();
      await b.execute("updateMessageContact", TIM, context);
      expect(context.idempotency?.isReplayed).toBe(true);
      expect(vendor.contacts.get("c-1")?.Name).toBe("newer");
    },
  );
});

describe("a replica that is suspended before it sends a keyed update", () => {
  it("sends nothing when another replica has settled the key", async () => {
    const replicas = new TwoReplicas("before sending");
    const { a, b, vendor, timing } = replicas;
    const name = "updateMessageContact";
    const first = codeOf(a.execute(name, TIM, replicas.context()));
    await until("A is at its attempt", () => replicas.wake.length === 1);
    await timing.sleep(31_000);
    await b.execute(name, TIM, replicas.context());
    replicas.wake("lost");
    expect(await first).not.toBe("OK");
    expect(vendor.executed).toHaveLength(1);
    const context = replicas.context();
    await a.execute(name, TIM, context);
    expect(context.idempotency?.isReplayed).toBe(true);
  });
});

describe("the transport of a process that was suspended", () => {
  it.each([true, false])(
    "sends no byte after the attempt's timeout (fresh connection: %s)",
    async (isFresh) => {
      let requests = 0;
      const server = createServer((_request, response) => {
        requests += 1;
        response.end("{}");
      });
      await new Promise<void>((resolve) =>
        server.listen(0, "127.0.0.1", resolve),
      );
      const { port } = server.address() as AddressInfo;
      const transport = new UpstreamTransport(`http://127.0.0.1:${port}`);
      const now = performance.now.bind(performance);
      // The clock continues while the process is suspended; timers do not fire.
      const sent = transport.post("Action=Send", 60_000, isFresh);
      jest.spyOn(performance, "now").mockImplementation(() => now() + 61_000);
      await expect(sent).rejects.toMatchObject({ wasSent: false });
      jest.restoreAllMocks();
      await transport.close();
      await new Promise((resolve) => server.close(resolve));
      expect(requests).toBe(0);
    },
  );
});
