import { describe, expect, it } from "@jest/globals";
import { refusalOfControl } from "../../../../src/emulator/control/control-guard.js";

type Headers = Readonly<Record<string, string>>;

const from = (
  headers: Headers,
  { method = "POST", localAddress = "127.0.0.1" } = {},
): string | undefined =>
  refusalOfControl({ method, headers, socket: { localAddress } }, [
    "0.0.0.0",
    "emulator",
  ]);

const HERE = { host: "localhost:4010" };

describe("the control surface's guard", () => {
  it.each([
    ["no name", {}],
    ["a site's name", { host: "evil.example:4010" }],
    ["a name that begins as ours", { host: "localhost.evil.example" }],
    ["a name that begins as our address", { host: "127.0.0.1.evil.example" }],
    ["another machine's address", { host: "10.0.0.9:4010" }],
    ["an address that is ours on another interface", { host: "10.0.0.7" }],
  ])("refuses %s, DNS rebinding", (_what, headers: Headers) => {
    expect(from(headers)).toBe("the Host header names another machine");
  });

  it.each([
    "localhost",
    "LOCALHOST:4010",
    "127.0.0.1:4010",
    "127.9.8.7:4010",
    "[::1]:4010",
    "contacts.localhost:4010",
    "emulator:4010",
  ])("lets a program in by the name %s", (host) => {
    expect(from({ host })).toBeUndefined();
  });

  it("lets a program in by the address it reached the emulator at", () => {
    const headers = { host: "10.0.0.7:4010" };
    expect(from(headers, { localAddress: "10.0.0.7" })).toBeUndefined();
    expect(from(headers, { localAddress: "::ffff:10.0.0.7" })).toBeUndefined();
    expect(
      from({ host: "[fd00::7]:4010" }, { localAddress: "fd00::7" }),
    ).toBeUndefined();
  });

  it.each([
    "http://evil.example",
    "https://localhost:4010",
    "http://localhost:3000",
    "http://127.0.0.1:4010",
    "null",
  ])("refuses the origin %s", (origin) => {
    expect(from({ ...HERE, origin })).toBe(
      "the request comes from a page of another origin",
    );
  });

  it.each([
    ["cross-site", "POST", "navigate", "document"],
    ["same-site", "POST", "navigate", "document"],
    ["cross-site", "GET", "no-cors", "image"],
    ["cross-site", "GET", "no-cors", "script"],
    ["cross-site", "GET", "navigate", "iframe"],
    ["same-site", "GET", "cors", "empty"],
  ])("refuses a %s %s, %s as %s", (site, method, mode, dest) => {
    const headers = {
      ...HERE,
      "sec-fetch-site": site,
      "sec-fetch-mode": mode,
      "sec-fetch-dest": dest,
    };
    expect(from(headers, { method })).toBe(
      "the request comes from a page of another site",
    );
  });

  it("lets its own page do everything, and a link of another site open it", () => {
    expect(
      from({
        ...HERE,
        origin: "http://localhost:4010",
        "sec-fetch-site": "same-origin",
      }),
    ).toBeUndefined();
    expect(
      from(
        {
          ...HERE,
          "sec-fetch-site": "cross-site",
          "sec-fetch-mode": "navigate",
          "sec-fetch-dest": "document",
        },
        { method: "GET" },
      ),
    ).toBeUndefined();
    expect(
      from({ ...HERE, "sec-fetch-site": "none" }, { method: "GET" }),
    ).toBeUndefined();
  });
});
