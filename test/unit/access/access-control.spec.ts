import { describe, expect, it } from "@jest/globals";
import {
  AccessControl,
  MisdirectedRequest,
  type AccessGrant,
  type AccessRequest,
} from "../../../src/access/access-control.js";
import { namesLoopback, Origins } from "../../../src/access/origins.js";
import {
  addressKey,
  createRateLimits,
  type RateLimits,
} from "../../../src/access/rate-limits.js";
import { readConfig } from "../../../src/config/read-config.js";
import {
  callerWith,
  SCOPES,
  type Caller,
} from "../../../src/context/caller.js";
import { openContext } from "../../../src/context/request-context.js";
import { GatewayError } from "../../../src/errors/gateway-error.js";
import type { RefusalReason } from "../../../src/errors/refusal-reasons.js";
import type { ClientView } from "../../../src/proxies/client-view.js";

const NO_LIMITS: RateLimits = { callers: null, addresses: null };
const READER = callerWith("reader", ["contacts:read"], ["main"]);

interface Setup {
  readonly caller?: Caller | RefusalReason;
  readonly isOpen?: boolean;
  readonly limits?: RateLimits;
}

function gateWith({ caller = READER, isOpen = false, limits }: Setup = {}) {
  return new AccessControl(
    { callerOf: () => caller, isOpen },
    new Origins(["https://console.example.com"]),
    limits ?? NO_LIMITS,
    ["main", "second"],
  );
}

function viewOf(address: string): ClientView {
  return { address, scheme: null, host: "gateway.example.com", linkBase: "" };
}

/** A request, and the response headers that access control sets. */
function head(
  changes: Partial<AccessRequest> = {},
): AccessRequest & { sent: Map<string, string> } {
  const sent = new Map<string, string>();
  return {
    headers: { host: "gateway.example.com" },
    view: viewOf("192.0.2.1"),
    rights: "getMessageContact",
    setHeader: (name, value) => sent.set(name, value),
    sent,
    ...changes,
  };
}

const codeOf = (act: () => unknown): string => {
  try {
    act();
    return "OK";
  } catch (error) {
    return error instanceof GatewayError ? error.code : String(error);
  }
};

describe("authorize", () => {
  it("throws UNAUTHENTICATED and sets WWW-Authenticate without a valid credential", () => {
    const blank = head();
    const gate = gateWith({ caller: "unknown-key" });
    expect(codeOf(() => gate.authorize(blank))).toBe("UNAUTHENTICATED");
    expect(blank.sent.get("www-authenticate")).toBe(
      'Bearer realm="message-contacts"',
    );
    const wrong = head({ headers: { authorization: "Bearer x" } });
    expect(codeOf(() => gate.authorize(wrong))).toBe("UNAUTHENTICATED");
    expect(wrong.sent.get("www-authenticate")).toContain("invalid_token");
  });

  it("throws FORBIDDEN for a route without declared rights", () => {
    const everything = callerWith("all", SCOPES, ["main"]);
    const gate = gateWith({ caller: everything });
    expect(codeOf(() => gate.authorize(head({ rights: undefined })))).toBe(
      "FORBIDDEN",
    );
  });

  it("requires no credential for a public page", () => {
    const gate = gateWith({ caller: "unknown-key" });
    const page = gate.authorize(head({ rights: "public" })) as AccessGrant;
    expect(page.caller.scopes.size).toBe(0);
  });
});

describe("directories", () => {
  const admitted = (caller: Caller, alias?: string): string => {
    const headers =
      alias === undefined ? {} : { "x-resource-directory": alias };
    return codeOf(() => {
      const found = gateWith({ caller }).authorize(
        head({ headers }),
      ) as AccessGrant;
      throw new Error(found.directory);
    });
  };
  const read = ["contacts:read"] as const;
  const both = callerWith("both", read, ["main", "second"]);

  it("are selected by header, or by default if the caller has only one", () => {
    expect(admitted(READER)).toBe("Error: main");
    expect(admitted(READER, "main")).toBe("Error: main");
    expect(admitted(both, "second")).toBe("Error: second");
    expect(admitted(both)).toBe("BAD_REQUEST");
  });

  it("give the same error if they are unknown or not assigned to the caller", () => {
    expect(admitted(READER, "second")).toBe("FORBIDDEN");
    expect(admitted(READER, "third")).toBe("FORBIDDEN");
    expect(admitted(callerWith("x", read, ["gone"]))).toBe("FORBIDDEN");
    expect(admitted(callerWith("x", read, ["gone"]), "gone")).toBe("FORBIDDEN");
    expect(admitted(callerWith("x", read, []))).toBe("FORBIDDEN");
    expect(admitted(READER, "__proto__")).toBe("FORBIDDEN");
  });
});

describe("browsers", () => {
  const OWN = { host: "gateway.example.com" };

  it("refuses other origins without CORS headers", () => {
    for (const origin of [
      "https://evil.example",
      "null",
      "https://console.example.com.evil.example",
      "http://console.example.com",
      "https://console.example.com:8443",
    ]) {
      const foreign = head({ headers: { ...OWN, origin } });
      expect(codeOf(() => gateWith().authorize(foreign))).toBe("FORBIDDEN");
      expect([...foreign.sent.keys()]).toEqual([]);
    }
  });

  it("refuses cross-site requests without an Origin header", () => {
    for (const site of ["cross-site", "same-site"]) {
      const headers = { ...OWN, "sec-fetch-site": site };
      expect(codeOf(() => gateWith().authorize(head({ headers })))).toBe(
        "FORBIDDEN",
      );
    }
  });

  it("accepts same-origin requests and requests without browser headers", () => {
    for (const headers of [
      OWN,
      { ...OWN, origin: "https://gateway.example.com" },
      { ...OWN, "sec-fetch-site": "same-origin" },
    ]) {
      expect(codeOf(() => gateWith().authorize(head({ headers })))).toBe("OK");
    }
  });
});

describe("without configured authentication", () => {
  it.each(["localhost:3000", "127.0.0.1", "[::1]:3000", "LOCALHOST"])(
    "accepts the Host header %s",
    (host) => {
      expect(namesLoopback({ host })).toBe(true);
    },
  );

  it.each([
    "evil.example",
    "127.0.0.1.evil.example",
    "localhost.evil.example:3000",
    "localhost@evil.example",
    "",
  ])("refuses the Host header %j (DNS rebinding)", (host) => {
    const gate = gateWith({ isOpen: true });
    const view = { ...viewOf("127.0.0.1"), host };
    expect(() => gate.authorize(head({ view }))).toThrow(MisdirectedRequest);
  });
});

describe("rate limits", () => {
  const config = readConfig({
    RATE_LIMIT_PER_MINUTE: "3",
    RATE_LIMIT_PER_ADDRESS_PER_MINUTE: "100",
  });
  const take = async (
    gate: AccessControl,
    one: AccessRequest,
  ): Promise<string> => {
    try {
      await gate.authorize(one);
      return "OK";
    } catch (error) {
      return (error as GatewayError).code;
    }
  };

  it("throws RATE_LIMITED with retryAfterSeconds for a caller beyond the limit", async () => {
    const gate = gateWith({ limits: createRateLimits(config) });
    const codes: string[] = [];
    const one = head();
    for (let index = 0; index < 5; index += 1) {
      codes.push(await take(gate, one));
    }
    expect(codes).toEqual(["OK", "OK", "OK", "RATE_LIMITED", "RATE_LIMITED"]);
    expect(one.sent.get("ratelimit-policy")).toBe('"caller";q=3;w=60');
    expect(one.sent.get("ratelimit")).toMatch(/^"caller";r=0;t=\d{1,2}$/);
  });

  it("count upstream calls of finished requests", async () => {
    const gate = gateWith({ limits: createRateLimits(config) });
    expect(await take(gate, head())).toBe("OK");
    const context = openContext({}, READER);
    context.usage.upstreamCalls = 2;
    gate.chargeUpstreamCalls(context);
    expect(await take(gate, head())).toBe("RATE_LIMITED");
  });

  it("charge 20 points to the address for a failed authentication", async () => {
    const gate = gateWith({
      caller: "unknown-key",
      limits: createRateLimits(config),
    });
    const codes: string[] = [];
    for (let index = 0; index < 7; index += 1) {
      codes.push(await take(gate, head()));
    }
    expect(codes.filter((code) => code === "UNAUTHENTICATED")).toHaveLength(5);
    expect(codes.at(-1)).toBe("RATE_LIMITED");
    expect(await take(gate, head({ view: viewOf("192.0.2.2") }))).toBe(
      "UNAUTHENTICATED",
    );
  });

  it("allow requests when the store fails", async () => {
    const down = () => Promise.reject(new Error("down"));
    const limits = createRateLimits(config, () => ({
      consume: down,
      penalty: down,
    }));
    const gate = gateWith({ limits });
    expect(await take(gate, head())).toBe("OK");
    gate.chargeUpstreamCalls(openContext({}, READER));
  });

  it("are off without configured authentication unless set", () => {
    expect(createRateLimits(readConfig({}))).toEqual(NO_LIMITS);
    expect(createRateLimits(config).callers).not.toBeNull();
  });

  it.each([
    [
      "2001:db8:5::/64",
      [
        "2001:db8:5::1",
        "2001:db8:5::9:8:7:6",
        "2001:db8:5:0:1::",
        "2001:0DB8:0005:0000:0:0:0:1",
        "2001:db8:5::1%eth0",
      ],
    ],
    ["2001:db8:5:1::/64", ["2001:db8:5:1::1", "2001:db8:5:1:ffff::"]],
    ["::1", ["::1", "0:0:0:0:0:0:0:1"]],
    [
      "192.0.2.1",
      [
        "192.0.2.1",
        "::ffff:192.0.2.1",
        "::FFFF:192.0.2.1",
        "::ffff:c000:201",
        "0:0:0:0:0:ffff:c000:0201",
      ],
    ],
  ])("uses one key for every address of %s", (_network, addresses) => {
    expect(new Set(addresses.map(addressKey)).size).toBe(1);
  });

  it("uses different keys for different networks and IPv4 addresses", () => {
    const addresses = [
      "2001:db8:5::1",
      "2001:db8:5:1::1",
      "::1",
      "fe80::1",
      "192.0.2.1",
      "192.0.2.2",
      "::ffff:192.0.2.3",
    ];
    expect(new Set(addresses.map(addressKey)).size).toBe(addresses.length);
    expect(addressKey("::ffff:192.0.2.1")).toBe("192.0.2.1");
  });

  it("count failed authentications from one /64 together", async () => {
    const limits = createRateLimits(
      readConfig({ RATE_LIMIT_PER_ADDRESS_PER_MINUTE: "40" }),
    );
    const gate = gateWith({ limits, caller: "unknown-key" });
    const codes = [];
    for (const host of ["0:0:0:1", "2:3:4:5", "ffff:0:0:0"]) {
      codes.push(
        await take(gate, head({ view: viewOf(`2001:db8:5:0:${host}`) })),
      );
    }
    expect(codes).toEqual([
      "UNAUTHENTICATED",
      "UNAUTHENTICATED",
      "RATE_LIMITED",
    ]);
  });
});
