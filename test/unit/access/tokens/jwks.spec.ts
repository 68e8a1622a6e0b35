import { afterEach, describe, expect, it, jest } from "@jest/globals";
import {
  exportJWK,
  generateKeyPair,
  jwtVerify,
  SignJWT,
  type JWK,
  type JWTPayload,
} from "jose";
import {
  FETCH_COOL_DOWN_MS,
  IssuerKeys,
  JwksUnavailable,
} from "../../../../src/access/tokens/jwks.js";
import { AccessTokens } from "../../../../src/access/tokens/access-tokens.js";

interface Pair {
  readonly jwk: JWK;
  sign(claims?: JWTPayload): Promise<string>;
}

/** A key without an id; tokens may name one all the same. */
async function unnamedPair() {
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  return {
    jwk: { ...(await exportJWK(publicKey)), alg: "ES256" } as JWK,
    sign: (claims: JWTPayload, kid?: string) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: "ES256", ...(kid ? { kid } : {}) })
        .sign(privateKey),
  };
}

async function pair(kid: string): Promise<Pair> {
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  return {
    jwk: { ...(await exportJWK(publicKey)), kid, alg: "ES256" },
    sign: (claims = {}) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: "ES256", kid })
        .sign(privateKey),
  };
}

function issuerWith(keys: JWK[]) {
  const state = { fetches: 0, isDown: false, nowMs: 1_000_000, failures: 0 };
  const found = new IssuerKeys(
    new URL("https://issuer.example/jwks"),
    () => (state.failures += 1),
    () => {
      state.fetches += 1;
      return state.isDown
        ? Promise.reject(new Error("down"))
        : Promise.resolve(Response.json({ keys }));
    },
    () => state.nowMs,
  );
  const accepts = (token: string): Promise<boolean> =>
    jwtVerify(token, found.find).then(
      () => true,
      () => false,
    );
  return { state, accepts };
}

/** Keys of an issuer whose responses are given, and how tokens fare with them. */
function answering(answer: () => Promise<Response> | Response) {
  const failures: (string | null)[] = [];
  let nowMs = 1_000_000;
  let next = answer;
  const keys = new IssuerKeys(
    new URL("https://issuer.example/jwks"),
    (failure) => failures.push(failure),
    () => Promise.resolve().then(() => next()),
    () => nowMs,
  );
  const fate = async (token: string): Promise<string> => {
    try {
      await jwtVerify(token, keys.find);
      return "verified";
    } catch (error) {
      return error instanceof JwksUnavailable ? "cannot verify" : "invalid";
    }
  };
  return {
    keys,
    failures,
    fate,
    answerWith: (other: typeof answer) => (next = other),
    pass: (ms: number) => (nowMs += ms),
  };
}

const HTML = (): Response =>
  new Response("<title>Maintenance</title>", {
    headers: { "content-type": "text/html" },
  });

/** Responses that hold no usable key, by the reason that is logged. */
const UNUSABLE: readonly (readonly [string, () => Response])[] = [
  ["status 500", () => new Response(null, { status: 500 })],
  ["status 302", () => new Response(null, { status: 302 })],
  ["not JSON", HTML],
  ["not a key set", () => Response.json({ error: "maintenance" })],
  ["not a key set", () => Response.json([])],
  ["not a key set", () => Response.json({ keys: { kty: "EC" } })],
  ["no usable key", () => Response.json({ keys: [null, 7, { kty: "XYZ" }] })],
  ["too long", () => Response.json({ keys: [], filler: "x".repeat(300_000) })],
];

describe("a response of the issuer that holds no usable key", () => {
  it.each(UNUSABLE)("is a failed fetch: %s", async (reason, answer) => {
    const known = await pair("known");
    const { keys, failures, fate, answerWith, pass } = answering(answer);
    expect(await fate(await known.sign())).toBe("cannot verify");
    expect(failures).toEqual([reason]);
    expect(keys.status).toEqual({ hasKeys: false, failure: reason });
    answerWith(() => Response.json({ keys: [known.jwk] }));
    pass(5_000);
    expect(await fate(await known.sign())).toBe("verified");
    expect(keys.status).toEqual({ hasKeys: true, failure: null });
  });

  it.each(UNUSABLE)(
    "leaves the last good set in use: %s",
    async (_, answer) => {
      const known = await pair("known");
      const stranger = await pair("stranger");
      const { keys, fate, answerWith, pass } = answering(() =>
        Response.json({ keys: [known.jwk] }),
      );
      expect(await fate(await known.sign())).toBe("verified");
      answerWith(answer);
      pass(FETCH_COOL_DOWN_MS);
      // The issuer may have published this key: only it could tell.
      expect(await fate(await stranger.sign())).toBe("cannot verify");
      expect(await fate(await known.sign())).toBe("verified");
      expect(keys.status.hasKeys).toBe(true);
    },
  );

  it("is named by the system's code when there is no connection", async () => {
    const cause = Object.assign(new Error(), { code: "ECONNREFUSED" });
    const { failures, fate } = answering(() =>
      Promise.reject(new TypeError("fetch failed", { cause })),
    );
    expect(await fate(await (await pair("known")).sign())).toBe(
      "cannot verify",
    );
    expect(failures).toEqual(["ECONNREFUSED"]);
  });

  it("withdraws all keys when it is a well-formed empty set", async () => {
    const known = await pair("known");
    const { fate, answerWith, pass } = answering(() =>
      Response.json({ keys: [known.jwk] }),
    );
    expect(await fate(await known.sign())).toBe("verified");
    answerWith(() => Response.json({ keys: [] }));
    pass(60 * 60_000);
    await fate(await (await pair("stranger")).sign());
    expect(await fate(await known.sign())).toBe("cannot verify");
  });
});

describe("a key set", () => {
  it("verifies past malformed entries and with each of several matching keys", async () => {
    const wanted = await pair("same");
    const other = await pair("same");
    const junk = { ...wanted.jwk, x: "!" };
    const { jwk, sign } = await unnamedPair();
    const { jwk: unnamed } = await unnamedPair();
    const all = [null, junk, other.jwk, wanted.jwk, unnamed, jwk] as JWK[];
    const tokens = new AccessTokens(
      [
        {
          issuer: "https://issuer.example",
          audience: ["gateway"],
          jwksUrl: "https://issuer.example/jwks",
          algorithms: ["ES256"],
        },
      ],
      { toleranceSeconds: 0, defaultDirectories: ["default"] },
      () => answering(() => Response.json({ keys: all })).keys,
    );
    const claims = {
      iss: "https://issuer.example",
      aud: "gateway",
      sub: "svc",
      exp: Math.floor(Date.now() / 1_000) + 60,
    };
    for (const token of [
      await wanted.sign(claims),
      await other.sign(claims),
      await sign(claims),
      await sign(claims, "an id that no key has"),
    ]) {
      await expect(tokens.callerOf(token)).resolves.toBeInstanceOf(Object);
    }
    const stranger = await (await pair("same")).sign(claims);
    await expect(tokens.callerOf(stranger)).resolves.toBe("bad-signature");
  });

  it("never verifies with a private or a shared key", async () => {
    const { privateKey } = await generateKeyPair("ES256", {
      extractable: true,
    });
    const jwk = { ...(await exportJWK(privateKey)), kid: "private" };
    const secret = { kty: "oct", k: "c2VjcmV0", kid: "secret" };
    const { failures, fate } = answering(() =>
      Response.json({ keys: [jwk, secret] }),
    );
    expect(await fate(await (await pair("private")).sign())).toBe(
      "cannot verify",
    );
    expect(failures).toEqual(["no usable key"]);
  });
});

describe("keys of an issuer", () => {
  it("fetches once for a hundred tokens with unknown key ids", async () => {
    const known = await pair("known");
    const { state, accepts } = issuerWith([known.jwk]);
    await expect(accepts(await known.sign())).resolves.toBe(true);
    for (let index = 0; index < 100; index += 1) {
      const stranger = await (await pair(`kid-${index}`)).sign();
      await expect(accepts(stranger)).resolves.toBe(false);
    }
    expect(state.fetches).toBe(1);
  });

  it("finds a rotated key after the cool-down, with one fetch", async () => {
    const first = await pair("first");
    const second = await pair("second");
    const keys = [first.jwk];
    const { state, accepts } = issuerWith(keys);
    await accepts(await first.sign());
    keys.push(second.jwk);
    const token = await second.sign();
    await expect(accepts(token)).resolves.toBe(false);
    state.nowMs += FETCH_COOL_DOWN_MS;
    await expect(accepts(token)).resolves.toBe(true);
    expect(state.fetches).toBe(2);
  });

  it("goes on with known keys while the issuer is down", async () => {
    const known = await pair("known");
    const { state, accepts } = issuerWith([known.jwk]);
    await accepts(await known.sign());
    state.isDown = true;
    state.nowMs += 60 * 60_000;
    await expect(accepts(await known.sign())).resolves.toBe(true);
    await expect(accepts(await known.sign())).resolves.toBe(true);
    expect(state.fetches).toBe(2);
  });

  it("refuses while no key was ever fetched, without a fetch for each token", async () => {
    const known = await pair("known");
    const { state, accepts } = issuerWith([known.jwk]);
    state.isDown = true;
    const token = await known.sign();
    for (let index = 0; index < 20; index += 1) {
      await expect(accepts(token)).resolves.toBe(false);
    }
    expect(state.fetches).toBe(1);
    expect(state.failures).toBe(1);
    state.isDown = false;
    state.nowMs += 5_000;
    await expect(accepts(token)).resolves.toBe(true);
  });
});

describe("a watched key set", () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  it("is fetched again even if the retry timer fires a millisecond early", async () => {
    jest.useFakeTimers();
    const state = { fetches: 0, nowMs: 1_000_000 };
    const keys = new IssuerKeys(
      new URL("https://issuer.example/jwks"),
      () => undefined,
      () => {
        state.fetches += 1;
        return Promise.reject(new Error("down"));
      },
      () => state.nowMs,
    );
    keys.watch();
    await jest.advanceTimersByTimeAsync(0);
    expect(state.fetches).toBe(1);
    // By the wall clock, one millisecond of the pause is left when it fires.
    state.nowMs += 4_999;
    await jest.advanceTimersByTimeAsync(5_000);
    expect(state.fetches).toBe(1);
    state.nowMs += 1;
    await jest.advanceTimersByTimeAsync(1);
    expect(state.fetches).toBe(2);
    keys.close();
  });
});
