import { expect, it } from "@jest/globals";
import { IdempotencyKeys } from "../../../src/upstream/idempotency/idempotency-keys.js";
import { MemoryKeyStore } from "../../../src/upstream/idempotency/memory-key-store.js";
import type { UpstreamReply } from "../../../src/upstream/transport/transport.js";
import { UpstreamClient } from "../../../src/upstream/upstream.client.js";
import { MemoryWriteQueue } from "../../../src/upstream/writes/write-queue.js";
import { FakeVendor } from "../../support/fake-vendor.js";
import { contextOf, settled } from "../../support/fake-upstream.js";

/** A vendor that blocks every call until it is released, in order of arrival. */
class HoldingVendor extends FakeVendor {
  readonly arrived: string[] = [];
  private readonly held: (() => void)[] = [];

  override async post(form: string): Promise<UpstreamReply> {
    const [, { ContactId: id }] = JSON.parse(form) as [
      string,
      { ContactId: string },
    ];
    this.arrived.push(id);
    await new Promise<void>((resolve) => this.held.push(resolve));
    return super.post(form);
  }

  async letGo(count: number): Promise<void> {
    for (const resolve of this.held.splice(0, count)) resolve();
    await settled();
  }
}

it("sends the single read of one caller before the hundreds of queued reads of another", async () => {
  const vendor = new HoldingVendor(() => Date.now());
  const client = new UpstreamClient({
    signer: vendor,
    transport: vendor,
    writes: new MemoryWriteQueue(),
    keys: new IdempotencyKeys(new MemoryKeyStore(), "secret", Date.now),
  });
  const read = (caller: string, id: string): Promise<unknown> =>
    client
      .execute(
        "listMessageContactVerifications",
        { ContactId: id, PageNumber: 1, PageSize: 10 },
        contextOf({}, caller),
      )
      .catch(() => undefined);
  const many = Array.from({ length: 300 }, (_, at) => read("busy", `c-b${at}`));
  await settled();
  const other = read("other", "c-other");
  await settled();
  const before = vendor.arrived.length;
  expect(before).toBeLessThan(300);
  expect(vendor.arrived).not.toContain("c-other");
  await vendor.letGo(2);
  expect(vendor.arrived.indexOf("c-other") - before).toBeLessThanOrEqual(1);
  while (vendor.arrived.length < 301) await vendor.letGo(60);
  await vendor.letGo(60);
  await Promise.all([...many, other]);
});
