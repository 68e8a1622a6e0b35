import { describe, expect, it } from "@jest/globals";
import { NoProxy } from "../../../../src/config/egress/no-proxy.js";

const isDirect = (list: string, url: string): boolean =>
  new NoProxy(list).matches(new URL(url));

describe("NO_PROXY", () => {
  it.each([
    ["example.com", "https://example.com"],
    ["example.com", "https://a.b.example.com"],
    [".example.com", "https://example.com"],
    [".example.com", "https://a.example.com"],
    ["*.example.com", "https://a.example.com"],
    ["EXAMPLE.com", "https://a.Example.COM"],
    ["example.com.", "https://example.com"],
    ["example.com", "https://example.com."],
    ["münchen.example", "https://xn--mnchen-3ya.example"],
    ["example.com:443", "https://example.com"],
    ["example.com:8443", "https://example.com:8443"],
    ["other.example, example.com", "https://example.com"],
    ["other.example example.com", "https://example.com"],
    ["*", "https://example.com"],
    ["other.example,*", "https://example.com"],
    ["192.0.2.1", "https://192.0.2.1"],
    ["192.0.2.0/24", "https://192.0.2.99:8443"],
    ["192.0.2.1:8443", "https://192.0.2.1:8443"],
    ["2001:db8::1", "https://[2001:DB8:0::1]"],
    ["[2001:db8::1]:8443", "https://[2001:db8::1]:8443"],
    ["2001:db8::/32", "https://[2001:db8::7]"],
  ])("%j excludes %s from the proxy", (list, url) => {
    expect(isDirect(list, url)).toBe(true);
  });

  it.each([
    ["", "https://example.com"],
    ["example.com", "https://notexample.com"],
    ["example.com", "https://example.com.evil.example"],
    ["a.example.com", "https://example.com"],
    ["example.com:8443", "https://example.com"],
    ["192.0.2.0/24", "https://192.0.3.1"],
    ["192.0.2.0/99", "https://192.0.2.1"],
    ["2.1", "https://192.0.2.1"],
    ["192.0.2.1:8443", "https://192.0.2.1"],
    ["192.0.2.0/24", "https://names-are-not-resolved.example"],
  ])("%j does not exclude %s", (list, url) => {
    expect(isDirect(list, url)).toBe(false);
  });

  it.each([
    "https://localhost",
    "https://emulator.localhost",
    "https://127.0.0.1:1",
    "https://127.9.9.9",
    "https://[::1]:4010",
  ])("always excludes %s, which is this machine", (url) => {
    expect(isDirect("", url)).toBe(true);
  });
});
