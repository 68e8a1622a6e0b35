import { createLocalJWKSet, importJWK, type JWK } from "jose";
import { isObject } from "../../config/files/json-file.js";

/** Maximum size of a key set, in bytes. */
const MAX_BYTES = 256 * 1024;

/** Algorithm assumed for a key without `alg`, by key type or curve. */
const DEFAULT_ALGORITHMS: Readonly<Record<string, string>> = {
  RSA: "RS256",
  "P-256": "ES256",
  "P-384": "ES384",
  "P-521": "ES512",
  Ed25519: "EdDSA",
};

/** The response is not a usable key set. The message is the reason. */
export class FetchFailure extends Error {}

type Find = ReturnType<typeof createLocalJWKSet>;

/** The usable keys of one key set (RFC 7517). */
export class KeySet {
  private constructor(
    /** Finds a key by its id, or among all keys for a token without `kid`. */
    readonly named: Find,
    /** Finds a key among those without an id; null if there are none. */
    readonly unnamed: Find | null,
  ) {}

  /**
   * Parses a response. Skips entries that are not public keys.
   *
   * @returns null for a valid empty key set
   * @throws {FetchFailure} for any other response without a usable key
   */
  static async from(response: Response): Promise<KeySet | null> {
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new FetchFailure(`status ${response.status}`);
    }
    const entries = entriesOf(await limitedText(response));
    if (entries.length === 0) return null;
    const usable: JWK[] = [];
    for (const entry of entries) {
      if (isObject(entry) && (await isPublicKey(entry))) usable.push(entry);
    }
    if (usable.length === 0) throw new FetchFailure("no usable key");
    const unnamed = usable.filter(({ kid }) => kid === undefined);
    return new KeySet(
      createLocalJWKSet({ keys: usable }),
      unnamed.length === 0 ? null : createLocalJWKSet({ keys: unnamed }),
    );
  }
}

function entriesOf(text: string): readonly unknown[] {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new FetchFailure("not JSON");
  }
  const keys = isObject(document) ? document["keys"] : undefined;
  if (!Array.isArray(keys)) throw new FetchFailure("not a key set");
  return keys;
}

async function isPublicKey(entry: JWK): Promise<boolean> {
  const { kty, crv, alg, d, k } = entry;
  if (d !== undefined || k !== undefined) return false;
  const defaultAlgorithm =
    kty === "RSA" ? DEFAULT_ALGORITHMS["RSA"] : DEFAULT_ALGORITHMS[crv ?? ""];
  try {
    await importJWK(entry, alg ?? defaultAlgorithm);
    createLocalJWKSet({ keys: [entry] });
    return true;
  } catch {
    return false;
  }
}

async function limitedText(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    const bytes = part as Uint8Array;
    length += bytes.length;
    if (length > MAX_BYTES) throw new FetchFailure("too long");
    parts.push(bytes);
  }
  return Buffer.concat(parts).toString("utf8");
}

/** Short reason for a failed fetch. Contains no URL. */
export function failureOf(error: unknown): string {
  if (error instanceof FetchFailure) return error.message;
  const { name, cause } = error as { name?: unknown; cause?: unknown };
  if (name === "TimeoutError") return "timeout";
  // undici wraps the system error as `cause`.
  const code = isObject(cause) ? cause["code"] : undefined;
  return typeof code === "string" && /^[A-Z_\d]{1,40}$/.test(code)
    ? code
    : "unreachable";
}
