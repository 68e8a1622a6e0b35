import { describe, expect, it } from "@jest/globals";
import {
  hostsOf,
  parseRedisUrl,
} from "../../../../src/config/redis/redis-url.js";

describe("REDIS_URL", () => {
  it("names a server", () => {
    expect(parseRedisUrl("rediss://:p%40w@redis.example/2")).toEqual({
      kind: "server",
      isTls: true,
      hosts: [{ host: "redis.example", port: 6_379 }],
      primaryName: "",
      username: undefined,
      password: "p@w",
      database: 2,
    });
  });

  it("names Sentinels, a primary and a database", () => {
    expect(
      parseRedisUrl("redis+sentinel://ann:pw@a.example,[::1]:7/main/3"),
    ).toEqual({
      kind: "sentinel",
      isTls: false,
      hosts: [
        { host: "a.example", port: 26_379 },
        { host: "::1", port: 7 },
      ],
      primaryName: "main",
      username: "ann",
      password: "pw",
      database: 3,
    });
  });

  it("names nodes of a cluster", () => {
    const target = parseRedisUrl("rediss+cluster://a.example:1,b.example");
    expect(target).toMatchObject({ kind: "cluster", isTls: true });
    expect(target === null ? "" : hostsOf(target)).toBe(
      "a.example:1,b.example:6379",
    );
  });

  it.each([
    "",
    "http://a.example",
    "redis://",
    "redis://a.example,b.example",
    "redis://a.example/main",
    "redis://a.example:0",
    "redis://a.example:70000",
    "redis://a b.example",
    "redis://%zz@a.example",
    "redis+sentinel://a.example",
    "redis+sentinel://a.example/main/x",
    "redis+sentinel://a.example/main?family=6",
    "redis+cluster://a.example/1",
    "redis+other://a.example",
    undefined,
    7,
  ])("is rejected if it is %p", (value) => {
    expect(parseRedisUrl(value)).toBeNull();
  });
});
