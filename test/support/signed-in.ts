import { createHash, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  exportJWK,
  generateKeyPair,
  SignJWT,
  type JWK,
  type JWTPayload,
} from "jose";
import { newKey } from "../../src/access/authenticator.js";
import type { Scope } from "../../src/context/caller.js";

/** Scopes of one caller, and further members of its entry in the key file. */
export interface KeyRow {
  readonly scopes: readonly Scope[];
  readonly directories?: readonly string[];
  readonly expiresAt?: string;
}

/** A temporary folder for the files of one test, and its removal. */
export interface Folder {
  write(name: string, content: unknown): string;
  remove(): void;
}

export function newFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), "gateway-test-"));
  return {
    write: (name, content) => {
      const file = join(path, name);
      writeFileSync(file, JSON.stringify(content));
      return file;
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** Content of a key file, and the key of each caller. */
export function keysFor<Name extends string>(
  rows: Readonly<Record<Name, KeyRow>>,
): { readonly file: object; readonly keys: Readonly<Record<Name, string>> } {
  const keys = {} as Record<Name, string>;
  const entries = Object.entries<KeyRow>(rows).map(([caller, row]) => {
    const key = newKey();
    keys[caller as Name] = key;
    const sha256 = createHash("sha256").update(key).digest("hex");
    return { caller, sha256, ...row };
  });
  return { file: { keys: entries }, keys };
}

/** Request headers of a caller with this key. */
export function bearer(credential: string): { authorization: string } {
  return { authorization: `Bearer ${credential}` };
}

type SigningKey = Parameters<SignJWT["sign"]>[0];

/** An issuer of access tokens that serves its key set on loopback. */
export class TestIssuer {
  readonly issuer = `https://issuer.example/${randomUUID()}`;
  readonly audience = "message-contacts";
  /** Requests for the key set so far. */
  fetches = 0;
  private readonly published: JWK[] = [];
  private readonly signing = new Map<string, SigningKey>();

  private constructor(
    private readonly server: Server,
    readonly jwksUrl: string,
  ) {}

  static async start(): Promise<TestIssuer> {
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    const { port } = server.address() as AddressInfo;
    const made = new TestIssuer(server, `http://127.0.0.1:${port}/jwks`);
    server.on("request", (_request, response) => {
      made.fetches += 1;
      response
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify({ keys: made.published }));
    });
    await made.addKey("first");
    return made;
  }

  /** Creates a key pair and, by default, publishes it at once. */
  async addKey(kid: string, isPublished = true): Promise<void> {
    const { publicKey, privateKey } = await generateKeyPair("ES256");
    this.signing.set(kid, privateKey);
    const jwk = { ...(await exportJWK(publicKey)), kid, alg: "ES256" };
    if (isPublished) this.published.push(jwk);
  }

  get publicKeys(): readonly JWK[] {
    return this.published;
  }

  /** A valid token, except for the given changes. */
  token(
    claims: JWTPayload = {},
    header: Readonly<Record<string, unknown>> = {},
  ): Promise<string> {
    const nowSeconds = Math.floor(Date.now() / 1000);
    const kid = typeof header["kid"] === "string" ? header["kid"] : "first";
    const key = this.signing.get(kid);
    if (key === undefined) throw new Error("no such key");
    const payload: JWTPayload = {
      iss: this.issuer,
      aud: this.audience,
      sub: "svc-test",
      iat: nowSeconds,
      exp: nowSeconds + 600,
      scope: "contacts:read",
      ...claims,
    };
    return new SignJWT(payload)
      .setProtectedHeader({ alg: "ES256", kid, ...header })
      .sign(key);
  }

  /** Settings of a gateway that accepts tokens of this issuer. */
  get environment(): Readonly<Record<string, string>> {
    return {
      JWT_ISSUER: this.issuer,
      JWT_AUDIENCE: this.audience,
      JWT_JWKS_URL: this.jwksUrl,
    };
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
