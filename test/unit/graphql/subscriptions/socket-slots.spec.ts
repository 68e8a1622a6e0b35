import { describe, expect, it } from "@jest/globals";
import { readConfig } from "../../../../src/config/read-config.js";
import {
  slotsOf,
  SocketSlots,
} from "../../../../src/graphql/subscriptions/socket-slots.js";

const LIMITS = { signedIn: 8, perCaller: 2, waiting: 6, waitingPerAddress: 3 };

function setUp() {
  const slots = new SocketSlots(LIMITS);
  const evicted: string[] = [];
  const arrive = (name: string, address: string): object => {
    const socket = { name };
    slots.arrive(socket, address, () => evicted.push(name));
    return socket;
  };
  return { slots, evicted, arrive };
}

describe("WebSocket slots", () => {
  it("evict the oldest waiting socket of an address beyond its limit", () => {
    const { slots, evicted, arrive } = setUp();
    for (const name of ["a", "b", "c", "d"]) arrive(name, "192.0.2.1");
    arrive("other", "192.0.2.2");
    expect(evicted).toEqual(["a"]);
    expect([slots.waiting, slots.evicted]).toEqual([4, 1]);
  });

  it("count a /64 of IPv6 as one address", () => {
    const { evicted, arrive } = setUp();
    for (const host of ["1", "2", "3", "4"]) {
      arrive(host, `2001:db8:5::${host}`);
    }
    expect(evicted).toEqual(["1"]);
  });

  it("evict a socket of the address with the most sockets beyond the total limit", () => {
    const { slots, evicted, arrive } = setUp();
    arrive("honest", "192.0.2.1");
    for (const name of ["a", "b", "c"]) arrive(name, "192.0.2.2");
    for (const name of ["d", "e"]) arrive(name, "192.0.2.3");
    arrive("newest", "192.0.2.4");
    expect(evicted).toEqual(["a"]);
    expect(slots.waiting).toBe(6);
  });

  it("limit the sockets of one caller without affecting others", () => {
    const { slots, arrive } = setUp();
    const seat = (caller: string): boolean =>
      slots.signIn(arrive(caller, "192.0.2.1"), caller);
    const greedy = [seat("greedy"), seat("greedy"), seat("greedy")];
    expect(greedy).toEqual([true, true, false]);
    expect(seat("other")).toBe(true);
    expect(slots.signedIn).toBe(3);
  });

  it("limit the sockets of all callers together", () => {
    const { slots, arrive } = setUp();
    const seat = (caller: string): boolean =>
      slots.signIn(arrive(caller, "192.0.2.1"), caller);
    const callers = ["a", "a", "b", "b", "c", "c", "d", "d", "e"];
    expect(callers.map(seat)).toEqual([...Array<boolean>(8).fill(true), false]);
  });

  it("do not evict sockets that have signed in", () => {
    const { slots, evicted, arrive } = setUp();
    slots.signIn(arrive("signed-in", "192.0.2.1"), "one");
    for (const name of ["a", "b", "c", "d"]) arrive(name, "192.0.2.1");
    expect(evicted).toEqual(["a"]);
    expect([slots.signedIn, slots.waiting]).toEqual([1, 3]);
  });

  it("free the slot of a closed socket", () => {
    const { slots, arrive } = setUp();
    const sockets = [arrive("a", "192.0.2.1"), arrive("b", "192.0.2.1")];
    for (const socket of sockets) slots.signIn(socket, "one");
    for (const socket of [...sockets, ...sockets]) slots.leave(socket);
    const waiting = arrive("c", "192.0.2.1");
    slots.leave(waiting);
    expect([slots.waiting, slots.signedIn]).toEqual([0, 0]);
    expect(slots.signIn(arrive("d", "192.0.2.1"), "one")).toBe(true);
    expect(slots.signIn(waiting, "one")).toBe(false);
  });
});

describe("WebSocket limits", () => {
  const SIGN_IN = {
    JWT_ISSUER: "https://issuer.example",
    JWT_AUDIENCE: "gateway",
    JWT_JWKS_URL: "https://issuer.example/jwks",
    UPSTREAM_ENDPOINT: "https://vendor.example",
    ALIBABA_CLOUD_ACCESS_KEY_ID: "testid",
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: "testsecret",
  };

  it.each([
    [{}, { signedIn: 1_000, perCaller: 100, waitingPerAddress: 250 }],
    [
      { MAX_WEBSOCKETS: "25" },
      { signedIn: 25, perCaller: 6, waitingPerAddress: 6 },
    ],
    [
      { MAX_WEBSOCKETS: "2" },
      { signedIn: 2, perCaller: 1, waitingPerAddress: 1 },
    ],
    [{ MAX_WEBSOCKETS_PER_CALLER: "600" }, { signedIn: 1_000, perCaller: 600 }],
  ])("are derived from the settings %j", (environment, limits) => {
    const config = readConfig({ ...SIGN_IN, ...environment });
    expect(slotsOf(config)).toMatchObject(limits);
  });

  it("allow the only caller every slot without authentication", () => {
    expect(slotsOf(readConfig({}))).toMatchObject({ perCaller: 1_000 });
  });
});
