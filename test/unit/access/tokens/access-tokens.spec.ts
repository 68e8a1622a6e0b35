import { createHmac, createPublicKey, generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import {
  base64url,
  CompactEncrypt,
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  SignJWT,
  type JSONWebKeySet,
} from "jose";
import {
  JwksUnavailable,
  type IssuerKeys,
} from "../../../../src/access/tokens/jwks.js";
import { AccessTokens } from "../../../../src/access/tokens/access-tokens.js";
import type { Caller } from "../../../../src/context/caller.js";
import {
  REASONS,
  type RefusalReason,
} from "../../../../src/errors/refusal-reasons.js";
import { TestIssuer } from "../../../support/signed-in.js";

let issuer: TestIssuer;
let other: TestIssuer;
let tokens: AccessTokens;

const NOW_SECONDS = (): number => Math.floor(Date.now() / 1000);

beforeAll(async () => {
  issuer = await TestIssuer.start();
  other = await TestIssuer.start();
  tokens = verifying();
});

afterAll(async () => {
  await issuer.stop();
  await other.stop();
});

function verifying(
  now?: () => number,
  find?: IssuerKeys["find"],
): AccessTokens {
  return new AccessTokens(
    [issuer, other].map((one) => ({
      issuer: one.issuer,
      audience: [one.audience],
      jwksUrl: one.jwksUrl,
      algorithms: ["RS256", "ES256"],
    })),
    { toleranceSeconds: 30, defaultDirectories: ["default"], now },
    (terms) => {
      const of = terms.issuer === issuer.issuer ? issuer : other;
      const keys = { keys: of.publicKeys } as JSONWebKeySet;
      return { find: find ?? createLocalJWKSet(keys) };
    },
  );
}

const encode = (value: object): string =>
  base64url.encode(JSON.stringify(value));

/** Header and payload of a good token, for signatures of one's own making. */
async function parts(): Promise<{ payload: string }> {
  const [, payload = ""] = (await issuer.token()).split(".");
  return { payload };
}

/** Everything that must not get in, by name. */
const ATTACKS: Readonly<Record<string, () => Promise<string>>> = {
  "alg none without a signature": async () =>
    `${encode({ alg: "none", typ: "JWT" })}.${(await parts()).payload}.`,
  "alg None in mixed case": async () =>
    `${encode({ alg: "nOnE" })}.${(await parts()).payload}.`,
  "alg none with the old signature": async () => {
    const [, payload, signature] = (await issuer.token()).split(".");
    return `${encode({ alg: "none" })}.${payload}.${signature}`;
  },
  "no signature": async () =>
    (await issuer.token()).split(".").slice(0, 2).join(".") + ".",
  "HS256 with the public key as secret": async () => {
    const [jwk] = issuer.publicKeys;
    const pem = createPublicKey({ key: jwk as object, format: "jwk" } as never)
      .export({ type: "spki", format: "pem" })
      .toString();
    const head = encode({ alg: "HS256", kid: "first" });
    const { payload } = await parts();
    const signature = createHmac("sha256", pem)
      .update(`${head}.${payload}`)
      .digest("base64url");
    return `${head}.${payload}.${signature}`;
  },
  "HS256 with an empty secret": async () => {
    const head = encode({ alg: "HS256", kid: "first" });
    const { payload } = await parts();
    const signature = createHmac("sha256", "")
      .update(`${head}.${payload}`)
      .digest("base64url");
    return `${head}.${payload}.${signature}`;
  },
  "an algorithm that is not on the list": async () => {
    const { privateKey } = await generateKeyPair("ES384");
    return signedBy(privateKey, { alg: "ES384", kid: "first" });
  },
  "another key under a known kid": async () => {
    const { privateKey } = await generateKeyPair("ES256");
    return signedBy(privateKey, { alg: "ES256", kid: "first" });
  },
  "an RSA key where the kid names an EC key": async () => {
    const { privateKey } = await generateKeyPair("RS256");
    return signedBy(privateKey, { alg: "RS256", kid: "first" });
  },
  "an embedded jwk": async () => {
    const { publicKey, privateKey } = await generateKeyPair("ES256");
    const jwk = await exportJWK(publicKey);
    return signedBy(privateKey, { alg: "ES256", jwk });
  },
  "a jku that points elsewhere": async () => {
    const { privateKey } = await generateKeyPair("ES256");
    return signedBy(privateKey, { alg: "ES256", jku: other.jwksUrl });
  },
  "an x5u that points elsewhere": async () => {
    const { privateKey } = await generateKeyPair("ES256");
    return signedBy(privateKey, { alg: "ES256", x5u: other.jwksUrl });
  },
  "a kid with a path": async () => {
    const { privateKey } = await generateKeyPair("ES256");
    return signedBy(privateKey, { alg: "ES256", kid: "../../dev/null" });
  },
  "a kid with SQL": async () => {
    const { privateKey } = await generateKeyPair("ES256");
    return signedBy(privateKey, { alg: "ES256", kid: "' OR 1=1 --" });
  },
  "a kid of the prototype": async () => {
    const { privateKey } = await generateKeyPair("ES256");
    return signedBy(privateKey, { alg: "ES256", kid: "__proto__" });
  },
  "an unknown critical header": async () => {
    const { privateKey } = await generateKeyPair("ES256");
    return signedBy(privateKey, { alg: "ES256", crit: ["exp"], exp: 1 });
  },
  "a payload changed after signing": async () => {
    const [head, payload = "", signature] = (await issuer.token()).split(".");
    const claims = JSON.parse(
      Buffer.from(payload, "base64url").toString(),
    ) as object;
    return `${head}.${encode({ ...claims, scope: "contacts:delete" })}.${signature}`;
  },
  "an expired token": () => issuer.token({ exp: NOW_SECONDS() - 31 }),
  "a token that is not valid yet": () =>
    issuer.token({ nbf: NOW_SECONDS() + 120 }),
  "an audience of somebody else": () => issuer.token({ aud: "other-service" }),
  "an audience in another case": () =>
    issuer.token({ aud: "Message-Contacts" }),
  "no audience": () => issuer.token({ aud: undefined }),
  "no end": () => issuer.token({ exp: undefined }),
  "an end that is text": () => issuer.token({ exp: "never" as never }),
  "no subject": () => issuer.token({ sub: undefined }),
  "an empty subject": () => issuer.token({ sub: "" }),
  "no issuer": () => issuer.token({ iss: undefined }),
  "an unknown issuer": () => issuer.token({ iss: "https://evil.example" }),
  "an issuer with a slash more": () =>
    issuer.token({ iss: `${issuer.issuer}/` }),
  "the key of another issuer": () => other.token({ iss: issuer.issuer }),
  "an encrypted token": () =>
    new CompactEncrypt(new TextEncoder().encode("{}"))
      .setProtectedHeader({ alg: "dir", enc: "A256GCM" })
      .encrypt(new Uint8Array(32)),
  "a numeric subject": () => issuer.token({ sub: 7 as never }),
  "a subject that is a list": () => issuer.token({ sub: ["svc"] as never }),
  "a subject that is null": () => issuer.token({ sub: null as never }),
  "an issue time that is text": () => issuer.token({ iat: "now" as never }),
  "a start that is null": () => issuer.token({ nbf: null as never }),
  "an audience that is a number": () => issuer.token({ aud: 7 as never }),
  "an audience with a number beside ours": () =>
    issuer.token({ aud: ["message-contacts", 7] as never }),
  "a scope that is an object": () => issuer.token({ scope: { read: true } }),
  "a scope that is null": () => issuer.token({ scope: null }),
  "a scope list with a number": () =>
    issuer.token({ scope: ["contacts:read", 7] }),
  "an scp that is true": () => issuer.token({ scp: true }),
  "directories that are text": () => issuer.token({ directories: "main" }),
  "directories that are an object": () =>
    issuer.token({ directories: { main: true } }),
  "directories that are null": () => issuer.token({ directories: null }),
  "directories with a number": () => issuer.token({ directories: ["main", 7] }),
  "a logout token": () => issuer.token({ events: {} }, { typ: "logout+jwt" }),
  "a logout token that does not say so in typ": () =>
    issuer.token({
      events: { "http://schemas.openid.net/event/backchannel-logout": {} },
    }),
  "a security event token": () => issuer.token({}, { typ: "secevent+jwt" }),
  "an ID token by its typ": () => issuer.token({}, { typ: "id_token+jwt" }),
  "a client assertion": () =>
    issuer.token({}, { typ: "client-authentication+jwt" }),
  "a DPoP proof": () => issuer.token({}, { typ: "dpop+jwt" }),
  "a typ that is a number": () => issuer.token({}, { typ: 7 }),
  "an empty typ": () => issuer.token({}, { typ: "" }),
  "an ID token of Keycloak": () => issuer.token({ typ: "ID" }),
  "a refresh token of Keycloak": () => issuer.token({ typ: "Refresh" }),
  "an ID token of Amazon Cognito": () => issuer.token({ token_use: "id" }),
  "a token of more than 8 KiB": () =>
    issuer.token({ filler: "x".repeat(9_000) }),
  "no token at all": () => Promise.resolve("a.b.c"),
  "a payload that is no object": () =>
    Promise.resolve(`${encode({ alg: "ES256" })}.${base64url.encode("[]")}.x`),
};

/** Reasons in the log that operators rely on. */
const ATTACK_REASONS: Readonly<Record<string, RefusalReason>> = {
  "another key under a known kid": "bad-signature",
  "a payload changed after signing": "bad-signature",
  "the key of another issuer": "bad-signature",
  "a kid with a path": "unknown-key-id",
  "an RSA key where the kid names an EC key": "unknown-key-id",
  "an expired token": "expired-token",
  "a token that is not valid yet": "token-not-yet-valid",
  "an audience of somebody else": "wrong-audience",
  "an unknown issuer": "unknown-issuer",
  "no subject": "invalid-claims",
  "a logout token": "not-access-token",
  "a token of more than 8 KiB": "malformed-token",
  "no token at all": "malformed-token",
  "a payload that is no object": "malformed-token",
};

function signedBy(
  key: Parameters<SignJWT["sign"]>[0],
  header: { alg: string } & Record<string, unknown>,
): Promise<string> {
  return new SignJWT({
    iss: issuer.issuer,
    aud: issuer.audience,
    sub: "mallory",
    exp: NOW_SECONDS() + 600,
    scope: "contacts:read",
  })
    .setProtectedHeader(header)
    .sign(key, { crit: { exp: true } });
}

describe("tokens while the issuer's keys cannot be fetched", () => {
  const unreachable = (): AccessTokens =>
    verifying(undefined, () => Promise.reject(new JwksUnavailable(2_100)));

  it("are neither accepted nor refused, and may come again after the pause", async () => {
    await expect(
      unreachable().callerOf(await issuer.token()),
    ).rejects.toMatchObject({
      code: "AUTHENTICATION_UNAVAILABLE",
      details: { retryAfterSeconds: 3 },
    });
  });

  it.each([
    ["expired-token", () => issuer.token({ exp: NOW_SECONDS() - 31 })],
    ["wrong-audience", () => issuer.token({ aud: "other" })],
    ["not-access-token", () => issuer.token({}, { typ: "logout+jwt" })],
    ["invalid-claims", () => issuer.token({ sub: 7 as never })],
    ["malformed-token", () => Promise.resolve("a.b.c")],
  ])("are refused without keys: %s", async (reason, forge) => {
    const refusal = await unreachable().callerOf(await forge());
    expect(refusal).toBe(reason);
  });
});

/** The caller of a token that must be valid. */
async function callerOf(token: string): Promise<Caller> {
  const caller = await tokens.callerOf(token);
  if (typeof caller === "string") throw new Error(caller);
  return caller;
}

describe("access tokens", () => {
  for (const [name, forge] of Object.entries(ATTACKS)) {
    it(`refuses ${name}`, async () => {
      const reason = await tokens.callerOf(await forge());
      expect(REASONS).toHaveProperty([reason as string]);
      const expected = ATTACK_REASONS[name];
      if (expected !== undefined) expect(reason).toBe(expected);
    });
  }

  it("fetches nothing that a token names", () => {
    expect(other.fetches).toBe(0);
  });

  it("accepts a good token and reads its scopes", async () => {
    const caller = await callerOf(
      await issuer.token({ scope: "contacts:read contacts:bind other" }),
    );
    expect(caller.scopes).toEqual(new Set(["contacts:read", "contacts:bind"]));
    expect(caller.id).toMatch(/^jwt:[0-9a-f]{8}:svc-test$/);
    expect(caller.personal).toBe(false);
  });

  it("reads scopes from scp, as a list or a text", async () => {
    const list = { scope: undefined, scp: ["contacts:verify"] };
    const text = { scope: undefined, scp: "contacts:verify" };
    for (const claims of [list, text]) {
      const caller = await callerOf(await issuer.token(claims));
      expect(caller.scopes).toEqual(new Set(["contacts:verify"]));
    }
  });

  it("gives no scope to a token that names none", async () => {
    const token = await issuer.token({ scope: undefined });
    expect((await callerOf(token)).scopes.size).toBe(0);
  });

  it("takes directories from the claim, else the usual one", async () => {
    const named = await issuer.token({ directories: ["main", "no alias!"] });
    expect((await callerOf(named)).directories).toEqual(["main"]);
    const plain = await callerOf(await issuer.token());
    expect(plain.directories).toEqual(["default"]);
  });

  it.each(["JWT", "jwt", "at+jwt", "AT+JWT", "application/at+jwt"])(
    "accepts an access token of typ %s",
    async (typ) => {
      const token = await issuer.token({ typ: "Bearer" }, { typ });
      await expect(tokens.callerOf(token)).resolves.toBeInstanceOf(Object);
    },
  );

  it("keeps the subjects that issuers generate", async () => {
    const sub = "f47ac10b-58cc-4372-a567-000013800138";
    const caller = await callerOf(await issuer.token({ sub }));
    expect(caller.id).toMatch(new RegExp(`^jwt:[0-9a-f]{8}:${sub}$`));
  });

  it("puts a subject that may be personal behind its hash", async () => {
    for (const sub of [
      "zoe@example.com",
      "+8613900001234",
      "139-0000-1234",
      "86.139.0000.1234",
      "李四",
    ]) {
      const caller = await callerOf(await issuer.token({ sub }));
      expect(caller.id).toMatch(/^jwt:[0-9a-f]{8}:[0-9a-f]{16}$/);
    }
  });

  it("tells callers of two issuers apart by more than their subject", async () => {
    const one = await callerOf(await issuer.token());
    const two = await callerOf(await other.token());
    expect(one.id).not.toBe(two.id);
  });

  it("accepts a clock that differs by less than the tolerance", async () => {
    const late = await issuer.token({ exp: NOW_SECONDS() - 10 });
    await expect(tokens.callerOf(late)).resolves.toBeInstanceOf(Object);
  });

  it.each([0, 0.5])(
    "has one end of a token, clock tolerance included (fraction %s)",
    async (fraction) => {
      const exp = NOW_SECONDS() - 10 + fraction;
      const token = await issuer.token({ exp });
      const endMs = (exp + 30) * 1000;
      const at = (nowMs: number) => verifying(() => nowMs).callerOf(token);
      await expect(at(endMs - 1)).resolves.toMatchObject({
        expiresAtMs: endMs,
      });
      await expect(at(endMs)).resolves.toBe("expired-token");
    },
  );

  it("remembers a token no longer than it lives", async () => {
    let nowMs = Date.now();
    const clocked = verifying(() => nowMs);
    const token = await issuer.token({ exp: NOW_SECONDS() + 20 });
    await expect(clocked.callerOf(token)).resolves.toBeInstanceOf(Object);
    nowMs += 60_000;
    await expect(clocked.callerOf(token)).resolves.toBe("expired-token");
  });

  it("accepts RSA keys of the listed algorithms", async () => {
    const { publicKey, privateKey } = generateKeyPairSync("rsa", {
      modulusLength: 2048,
    });
    const jwk = { ...publicKey.export({ format: "jwk" }), kid: "rsa" };
    const rsa = new AccessTokens(
      [
        {
          issuer: issuer.issuer,
          audience: [issuer.audience],
          jwksUrl: issuer.jwksUrl,
          algorithms: ["RS256"],
        },
      ],
      { toleranceSeconds: 0, defaultDirectories: ["default"] },
      () => ({ find: createLocalJWKSet({ keys: [jwk] }) }),
    );
    const token = await signedBy(privateKey, { alg: "RS256", kid: "rsa" });
    await expect(rsa.callerOf(token)).resolves.toBeInstanceOf(Object);
  });
});
