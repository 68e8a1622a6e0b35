import { describe, expect, it } from "@jest/globals";
import { rejectionReason } from "../../../../src/emulator/control/control-guard.js";

type Headers = Readonly<Record<string, string>>;

const from = (
  headers: Headers,
  { method = "POST", localAddress = "127.0.0.1" } = {},
): string | undefined =>
  rejectionReason({ method, headers, socket: { localAddress } }, [
    "0.0.0.0",
    "emulator",
  ]);

const HERE = { host: "localhost:4010" };

describe("rejectionReason", () => {
  it.each([
    ["no host", {}],
    ["the name of a web site", { host: "evil.example:4010" }],
    ["a name that starts with localhost", { host: "localhost.evil.example" }],
    [
      "a name that starts with a loopback address",
      { host: "127.0.0.1.evil.example" },
    ],
    ["another machine's address", { host: "10.0.0.9:4010" }],
    ["this machine's address on another interface", { host: "10.0.0.7" }],
  ])("rejects %s in the Host header", (_description, headers: Headers) => {
    expect(from(headers)).toBe("the Host header does not name this machine");
  });

  it.each([
    "localhost",
    "LOCALHOST:4010",
    "127.0.0.1:4010",
    "127.9.8.7:4010",
    "[::1]:4010",
    "contacts.localhost:4010",
    "emulator:4010",
  ])("accepts the Host header %s", (host) => {
    expect(from({ host })).toBeUndefined();
  });

  it("accepts the IP address to which the client connected", () => {
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
  ])("rejects the origin %s", (origin) => {
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
  ])(
    "rejects a %s %s with mode %s and destination %s",
    (site, method, mode, dest) => {
      const headers = {
        ...HERE,
        "sec-fetch-site": site,
        "sec-fetch-mode": mode,
        "sec-fetch-dest": dest,
      };
      expect(from(headers, { method })).toBe(
        "the request comes from a page of another site",
      );
    },
  );

  it("accepts requests of its own page, and navigation from a link on another site", () => {
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
