import { describe, expect, it } from "@jest/globals";
import { exportJWK, generateKeyPair, jwtVerify, SignJWT, type JWK } from "jose";
import { FETCH_COOL_DOWN_MS, IssuerKeys } from "../../../src/access/key-set.js";

interface Pair {
  readonly jwk: JWK;
  sign(): Promise<string>;
}

async function pair(kid: string): Promise<Pair> {
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  return {
    jwk: { ...(await exportJWK(publicKey)), kid, alg: "ES256" },
    sign: () =>
      new SignJWT({})
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
