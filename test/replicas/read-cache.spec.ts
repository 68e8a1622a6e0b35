import {
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
} from "@jest/globals";
import { REST } from "../support/apis.js";
import {
  buildGateway,
  type GatewayProcess,
} from "../support/gateway-process.js";
import { readWhileChanging } from "../support/read-while-changing.js";
import { hasRedisServer } from "../support/redis-server.js";
import { Replicas } from "../support/replicas.js";
import { until } from "../support/until.js";

const TOM = "c-qL4HqKONzOM7aB3d";

const describeHere = hasRedisServer() ? describe : describe.skip;

describeHere("the read cache of two replicas", () => {
  let entry: string;
  let replicas: Replicas;

  beforeAll(() => {
    entry = buildGateway();
  }, 180_000);
  beforeEach(async () => {
    replicas = await Replicas.start(
      entry,
      {},
      // So long that only an invalidation removes an entry during a test.
      { READ_CACHE_MS: "60000" },
    );
  }, 60_000);
  afterEach(() => replicas.stop());

  const nameOn = async ({ url }: GatewayProcess): Promise<unknown> => {
    const { data } = await REST.call(url, "getMessageContact", {
      contactId: TOM,
    });
    return (data as { name?: unknown } | null)?.name;
  };
  const renameOn = async (
    { url }: GatewayProcess,
    name: string,
  ): Promise<void> => {
    const { status } = await REST.call(url, "updateMessageContact", {
      contactId: TOM,
      name,
    });
    expect(status).toBe(200);
  };
  const reads = (): number =>
    replicas.emulator.control
      .calls()
      .filter(({ action }) => action?.startsWith("Update") !== true).length;

  /** Reads until the cache of this replica answers. */
  const fill = (gateway: GatewayProcess): Promise<unknown> =>
    until("the replica answers from its cache", async () => {
      const before = reads();
      await nameOn(gateway);
      return reads() === before;
    });

  it("shows a write through one replica at once through the other", async () => {
    const { a, b } = replicas;
    for (let round = 0; round < 20; round += 1) {
      const [writer, reader] = round % 2 === 0 ? [a, b] : [b, a];
      await fill(reader);
      const name = `tom${"abcdefghijklmnopqrst".charAt(round)}`;
      await renameOn(writer, name);
      expect(await nameOn(reader)).toBe(name);
      expect(await nameOn(writer)).toBe(name);
    }
  });

  it("returns no value from before a change while both replicas are read and changed", async () => {
    const { a, b } = replicas;
    const { violations, reads, aged } = await readWhileChanging(
      { replicas: [a.url, b.url] },
      60,
    );
    expect(violations).toEqual([]);
    expect(aged).toBeGreaterThan(reads / 10);
  }, 120_000);

  it("is not used while Redis is down, and not with old entries afterwards", async () => {
    const { a, b, redis } = replicas;
    await fill(b);
    await redis.kill();
    await renameOn(a, "toma");
    expect(await nameOn(b)).toBe("toma");
    const before = reads();
    await nameOn(b);
    expect(reads()).toBe(before + 1);
    await redis.restart();
    await fill(b);
    await renameOn(a, "tomb");
    expect(await nameOn(b)).toBe("tomb");
  });

  it("is not used while Redis does not respond", async () => {
    const { a, b, redis } = replicas;
    await fill(b);
    redis.freeze();
    try {
      await renameOn(a, "toma");
      expect(await nameOn(b)).toBe("toma");
    } finally {
      redis.thaw();
    }
    await fill(b);
    await renameOn(a, "tomb");
    expect(await nameOn(b)).toBe("tomb");
  });
});
