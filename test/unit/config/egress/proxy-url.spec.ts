import { describe, expect, it } from "@jest/globals";
import { parseProxy } from "../../../../src/config/egress/proxy-url.js";

const basic = (login: string): string =>
  `Basic ${Buffer.from(login).toString("base64")}`;

describe("the URL of a proxy", () => {
  it.each([
    ["http://proxy.example:3128", { host: "proxy.example", port: 3128 }],
    ["proxy.example:3128", { host: "proxy.example", port: 3128 }],
    ["http://proxy.example", { port: 80, isSecure: false }],
    ["https://proxy.example/", { port: 443, isSecure: true }],
    ["http://[::1]:3128", { host: "::1", port: 3128 }],
    ["http://u:p@proxy.example", { authorization: basic("u:p") }],
    ["u:p@proxy.example:80", { authorization: basic("u:p") }],
    ["http://u:p%40%3A%25@proxy.example", { authorization: basic("u:p@:%") }],
    ["http://u@proxy.example", { authorization: basic("u:") }],
  ])("%s is accepted", (text, expected) => {
    expect(parseProxy(text)).toMatchObject(expected);
  });

  it.each([
    "socks5://proxy.example:1080",
    "ftp://proxy.example",
    "http://proxy.example/path",
    "http://proxy.example?a=b",
    "http://u:%zz@proxy.example",
    "http://",
    "http://proxy.example:99999",
    "tcp://10.0.0.1:3128",
  ])("%s is rejected", (text) => {
    expect(parseProxy(text)).toBeNull();
  });
});
