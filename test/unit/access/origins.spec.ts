import { describe, expect, it } from "@jest/globals";
import { Origins } from "../../../src/access/origins.js";

const origins = new Origins(
  ["https://console.example.com", "https://Portal.example.com:443/"],
  "https://public.example.com/gw",
);

const kindOf = (
  headers: Readonly<Record<string, string>>,
  host = "gateway.example.com",
  scheme: "http" | "https" | null = null,
): string => origins.classify(headers, { host, scheme }).kind;

describe("the origin of a request", () => {
  it.each([
    ["https://gateway.example.com", "gateway.example.com", null],
    ["http://gateway.example.com", "gateway.example.com", null],
    ["https://gateway.example.com", "Gateway.Example.com", null],
    ["https://gateway.example.com", "gateway.example.com:443", null],
    ["http://gateway.example.com", "gateway.example.com:80", null],
    ["https://gateway.example.com:8443", "gateway.example.com:8443", "https"],
    ["http://[2001:db8::1]:3000", "[2001:DB8:0::1]:3000", null],
    ["https://public.example.com", "internal", "http"],
  ] as const)("%s is the gateway's own at host %s", (origin, host, scheme) => {
    expect(kindOf({ origin }, host, scheme)).toBe("own");
  });

  it.each([
    ["http://gateway.example.com", "gateway.example.com", "https"],
    ["https://gateway.example.com:8443", "gateway.example.com", null],
    ["https://gateway.example.com", "gateway.example.com:8443", null],
    ["https://gateway.example.com.evil.example", "gateway.example.com", null],
    ["null", "null", null],
    ["https://a/b", "a", null],
    ["ftp://gateway.example.com", "gateway.example.com", null],
    ["https://x", "x@evil.example", null],
    ["https://gateway.example.com", "", null],
  ] as const)(
    "%s is foreign at host %s with scheme %s",
    (origin, host, scheme) => {
      expect(kindOf({ origin }, host, scheme)).toBe("foreign");
    },
  );

  it.each(["https://console.example.com", "https://portal.example.com"])(
    "%s is allowed, also when the browser calls it cross-site",
    (origin) => {
      const headers = { origin, "sec-fetch-site": "cross-site" };
      expect(origins.classify(headers, { host: "x", scheme: null })).toEqual({
        kind: "allowed",
        origin,
      });
    },
  );

  it("is the gateway's own if the browser says so", () => {
    const origin = "https://other.example.com";
    expect(kindOf({ origin, "sec-fetch-site": "same-origin" })).toBe("own");
    expect(kindOf({ origin, "sec-fetch-site": "same-site" })).toBe("foreign");
    expect(kindOf({ "sec-fetch-site": "cross-site" })).toBe("foreign");
    expect(kindOf({ "sec-fetch-site": "none" })).toBe("own");
    expect(kindOf({})).toBe("own");
  });
});
