import { describe, expect, it } from "@jest/globals";
import { ClientViews } from "../../../src/proxies/client-view.js";

const TRUSTED = ["10.0.0.0/8", "2001:db8:ffff::/48"];
const PROXY = "10.0.0.1";
const CLIENT = "203.0.113.7";

const viewOf = (
  headers: Readonly<Record<string, string>>,
  peer = PROXY,
  views = new ClientViews(TRUSTED),
) => views.of({ headers, socket: { remoteAddress: peer } });

const addressOf = (
  headers: Readonly<Record<string, string>>,
  peer?: string,
  views?: ClientViews,
): string => viewOf(headers, peer, views).address;

describe("the address of a client", () => {
  it.each([
    ["no header", {}, PROXY],
    ["one entry", { "x-forwarded-for": CLIENT }, CLIENT],
    [
      "entries that the client made up",
      { "x-forwarded-for": `1.1.1.1, ${CLIENT}` },
      CLIENT,
    ],
    [
      "a made-up trusted address",
      { "x-forwarded-for": `10.9.9.9, ${CLIENT}` },
      CLIENT,
    ],
    [
      "several trusted proxies",
      { "x-forwarded-for": `1.1.1.1, ${CLIENT}, 10.2.2.2, 10.3.3.3` },
      CLIENT,
    ],
    [
      "trusted addresses only",
      { "x-forwarded-for": "10.4.4.4, 10.2.2.2" },
      "10.4.4.4",
    ],
    ["empty entries", { "x-forwarded-for": `, ${CLIENT} ,, ` }, CLIENT],
    ["a port", { "x-forwarded-for": `${CLIENT}:5123` }, CLIENT],
    ["IPv6", { "x-forwarded-for": "2001:db8::7" }, "2001:db8::7"],
    [
      "IPv6 in brackets with a port",
      { "x-forwarded-for": "[2001:db8::7]:5123" },
      "2001:db8::7",
    ],
    [
      "an IPv4-mapped address",
      { "x-forwarded-for": `::ffff:${CLIENT}` },
      CLIENT,
    ],
    [
      "an IPv4-mapped trusted proxy",
      { "x-forwarded-for": `${CLIENT}, ::ffff:10.2.2.2` },
      CLIENT,
    ],
    ["a malformed entry", { "x-forwarded-for": `${CLIENT}, junk` }, PROXY],
    [
      "a malformed entry before a proxy",
      { "x-forwarded-for": "junk, 10.2.2.2" },
      "10.2.2.2",
    ],
    ["an address out of range", { "x-forwarded-for": "999.1.1.1" }, PROXY],
    ["a zone", { "x-forwarded-for": "fe80::1%eth0" }, PROXY],
    ["Forwarded", { forwarded: `for=${CLIENT};proto=https` }, CLIENT],
    [
      "Forwarded with made-up elements",
      { forwarded: `for=1.1.1.1, for=${CLIENT}` },
      CLIENT,
    ],
    [
      "Forwarded through several proxies",
      { forwarded: `for="${CLIENT}:4711", for=10.2.2.2` },
      CLIENT,
    ],
    [
      "Forwarded with IPv6",
      { forwarded: 'For="[2001:db8::7]:4711"' },
      "2001:db8::7",
    ],
    ["Forwarded with a hidden address", { forwarded: "for=_hidden" }, PROXY],
    [
      "Forwarded with an unknown address",
      { forwarded: "for=unknown, for=10.2.2.2" },
      "10.2.2.2",
    ],
    ["malformed Forwarded", { forwarded: `for=${CLIENT};=` }, PROXY],
    ["a repeated parameter", { forwarded: `for=${CLIENT};for=1.1.1.1` }, PROXY],
    ["an open quote", { forwarded: `for="${CLIENT}` }, PROXY],
    [
      "both headers that agree",
      { "x-forwarded-for": CLIENT, forwarded: `for=${CLIENT}` },
      CLIENT,
    ],
    [
      "both headers that disagree",
      { "x-forwarded-for": CLIENT, forwarded: "for=1.1.1.1" },
      PROXY,
    ],
    [
      "made-up Forwarded beside X-Forwarded-Proto",
      { "x-forwarded-proto": "https", forwarded: "for=1.1.1.1" },
      PROXY,
    ],
  ] as const)("from a trusted proxy, with %s", (_name, headers, address) => {
    expect(addressOf(headers)).toBe(address);
  });

  it("is that of the peer if the peer is not trusted", () => {
    const headers = {
      "x-forwarded-for": "1.1.1.1",
      "x-forwarded-proto": "https",
      "x-forwarded-host": "evil.example",
      "x-forwarded-port": "444",
      "x-forwarded-prefix": "/evil",
      forwarded: "for=1.1.1.1;host=evil.example;proto=https",
      host: "gateway.example.com",
    };
    const expected = {
      address: CLIENT,
      scheme: null,
      host: "gateway.example.com",
      linkBase: "",
    };
    expect(viewOf(headers, CLIENT)).toEqual(expected);
    expect(viewOf(headers, CLIENT, new ClientViews())).toEqual(expected);
    expect(viewOf(headers, `::ffff:${CLIENT}`)).toEqual(expected);
  });

  it("follows a number of proxies", () => {
    const headers = { "x-forwarded-for": `1.1.1.1, ${CLIENT}, 192.0.2.1` };
    expect(addressOf(headers, "192.0.2.2", new ClientViews(["1"]))).toBe(
      "192.0.2.1",
    );
    expect(addressOf(headers, "192.0.2.2", new ClientViews(["2"]))).toBe(
      CLIENT,
    );
  });

  it.each([
    ["loopback", "127.9.9.9"],
    ["loopback", "::1"],
    ["LOOPBACK", "::ffff:127.0.0.1"],
    ["uniquelocal", "192.168.1.1"],
    ["uniquelocal", "fd00::1"],
    ["linklocal", "169.254.1.1"],
    ["10.0.0.1", "::ffff:10.0.0.1"],
    ["::ffff:10.0.0.0/104", "10.1.2.3"],
    ["::ffff:10.0.0.1", "10.0.0.1"],
    ["2001:db8::/32", "2001:db8:1::1"],
  ])("trusts with %s the peer %s", (setting, peer) => {
    const views = new ClientViews([setting]);
    expect(addressOf({ "x-forwarded-for": CLIENT }, peer, views)).toBe(CLIENT);
  });
});

describe("scheme, host and prefix", () => {
  const HOST = { host: "internal:3000" };

  it.each([
    ["no header", {}, null, "internal:3000"],
    [
      "X-Forwarded-Proto and -Host",
      { "x-forwarded-proto": "HTTPS", "x-forwarded-host": "a.example" },
      "https",
      "a.example",
    ],
    [
      "the scheme of a WebSocket",
      { "x-forwarded-proto": "wss" },
      "https",
      "internal:3000",
    ],
    [
      "several values",
      {
        "x-forwarded-proto": "http, https",
        "x-forwarded-host": "evil.example, a.example",
      },
      "https",
      "a.example",
    ],
    [
      "a port of the host",
      { "x-forwarded-host": "a.example:8443", "x-forwarded-port": "443" },
      null,
      "a.example:8443",
    ],
    [
      "a separate port",
      {
        "x-forwarded-proto": "https",
        "x-forwarded-host": "a.example",
        "x-forwarded-port": "8443",
      },
      "https",
      "a.example:8443",
    ],
    [
      "a default port",
      {
        "x-forwarded-proto": "https",
        "x-forwarded-host": "a.example",
        "x-forwarded-port": "443",
      },
      "https",
      "a.example",
    ],
    [
      "a malformed scheme",
      { "x-forwarded-proto": "javascript" },
      null,
      "internal:3000",
    ],
    [
      "a malformed host",
      { "x-forwarded-host": "a.example/<b>" },
      null,
      "internal:3000",
    ],
    [
      "IPv6",
      { "x-forwarded-host": "[2001:db8::1]:8443" },
      null,
      "[2001:db8::1]:8443",
    ],
    [
      "Forwarded",
      { forwarded: 'for=1.1.1.1;proto=https;host="a.example:8443"' },
      "https",
      "a.example:8443",
    ],
    [
      "Forwarded through two proxies",
      {
        forwarded:
          "for=1.1.1.1;proto=https;host=a.example, for=10.2.2.2;proto=http;host=internal",
      },
      "https",
      "a.example",
    ],
    [
      "Forwarded with a made-up element",
      {
        forwarded: "for=10.2.2.2;host=evil.example, for=1.1.1.1;host=a.example",
      },
      null,
      "a.example",
    ],
  ] as const)("come from %s", (_name, headers, scheme, host) => {
    expect(viewOf({ ...HOST, ...headers })).toMatchObject({ scheme, host });
  });

  it.each([
    ["/gw", "/gw"],
    ["/gw/", "/gw"],
    ["/a/b", "/a/b"],
    ["/evil, /gw", "/gw"],
    ["//evil.example", ""],
    ["/gw/../..", ""],
    ["https://evil.example", ""],
    ['/"><script>', ""],
    ["/", ""],
    ["gw", ""],
  ])("X-Forwarded-Prefix %j gives the base %j", (prefix, linkBase) => {
    expect(viewOf({ "x-forwarded-prefix": prefix }).linkBase).toBe(linkBase);
  });

  it("PUBLIC_URL is the base of links before any header", () => {
    const views = new ClientViews(TRUSTED, "https://a.example/gw/");
    const headers = { "x-forwarded-prefix": "/other" };
    expect(viewOf(headers, PROXY, views).linkBase).toBe("https://a.example/gw");
    expect(views.publicPath).toBe("/gw");
  });
});
