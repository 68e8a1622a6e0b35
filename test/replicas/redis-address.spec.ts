import { afterAll, describe, expect, it } from "@jest/globals";
import { connect } from "../../src/shared-state/redis/redis-client.js";
import { Relay } from "../support/relay.js";
import { accessTo } from "../support/redis-access.js";
import { hasRedisServer, RedisServer } from "../support/redis-server.js";
import { until } from "../support/until.js";

const describeHere = hasRedisServer() ? describe : describe.skip;

describeHere("an address of Redis that outlives its server", () => {
  const ends: (() => unknown)[] = [];
  afterAll(async () => {
    for (const end of ends.reverse()) await end();
  });

  it("is used again although it accepted and closed connections meanwhile", async () => {
    const redis = await RedisServer.start();
    ends.push(() => redis.kill());
    const address = await Relay.start(redis.port);
    ends.push(() => address.refuse());
    const client = connect(accessTo(`redis://127.0.0.1:${address.port}`));
    ends.push(() => client.disconnect());
    let closed = 0;
    client.on("error", () => undefined);
    client.on("close", () => (closed += 1));
    await until("the client connects", () => client.status === "ready");
    await redis.kill();
    await until("a connection without a server is closed", () => closed > 1);
    await redis.restart();
    await until("the client connects again", () =>
      client.set("key", "value").then(
        () => true,
        () => false,
      ),
    );
    expect(client.status).toBe("ready");
  });
});
