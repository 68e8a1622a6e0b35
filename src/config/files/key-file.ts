import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { callerWith, isScope, type Caller } from "../../context/caller.js";
import { isAlias } from "./directories-file.js";
import { REPEATED, repeatedMemberIn } from "./json-file.js";

/** Length of a SHA-256 in bytes. */
const DIGEST_BYTES = 32;

/** Two keys may be active at once, so that one can replace the other. */
const MAX_KEYS_PER_CALLER = 2;

const CALLER_ID = /^[\w.:-]{1,64}$/;
const DIGEST = /^[0-9a-f]{64}$/;

/** One key of the file: the caller and the hash, never the key. */
export interface KeyEntry {
  readonly digest: Buffer;
  readonly caller: Caller;
}

/** SHA-256 of a key. A key holds 256 random bits, so that no salt is needed. */
export function digestOf(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}

/** Reads a key file; a file that cannot be read is a problem like any other. */
export function readKeyFile(
  path: string,
  defaultDirectories: readonly string[],
): ReturnType<typeof parseKeyFile> {
  try {
    return parseKeyFile(readFileSync(path, "utf8"), defaultDirectories);
  } catch {
    return { entries: [], problems: ["the file cannot be read"] };
  }
}

/** Reads the text of a key file; `problems` holds a sentence for each fault. */
export function parseKeyFile(
  text: string,
  defaultDirectories: readonly string[],
): { readonly entries: readonly KeyEntry[]; readonly problems: string[] } {
  const problems: string[] = [];
  const entries: KeyEntry[] = [];
  const perCaller = new Map<string, number>();
  const indexByHash = new Map<string, number>();
  for (const [index, row] of rowsOf(text, problems).entries()) {
    const at = `keys[${index}]`;
    const before = problems.length;
    const { caller, sha256, scopes, directories, expiresAt } = row;
    if (typeof caller !== "string" || !CALLER_ID.test(caller)) {
      problems.push(`${at}.caller must be 1 to 64 of A-Z a-z 0-9 _ . : -`);
    }
    if (typeof sha256 !== "string" || !DIGEST.test(sha256)) {
      problems.push(`${at}.sha256 must be 64 hexadecimal digits`);
    }
    if (!Array.isArray(scopes) || !scopes.every(isScope)) {
      problems.push(`${at}.scopes must be a list of known scopes`);
    }
    if (
      directories !== undefined &&
      !(Array.isArray(directories) && directories.every(isAlias))
    ) {
      problems.push(`${at}.directories must be a list of aliases`);
    }
    const endsAtMs = expiresAt === undefined ? undefined : toMs(expiresAt);
    if (Number.isNaN(endsAtMs)) {
      problems.push(`${at}.expiresAt must be an RFC 3339 instant`);
    }
    // Which of the two entries counts must not depend on their order.
    const hash = problems.length > before ? null : (sha256 as string);
    const earlier = hash === null ? undefined : indexByHash.get(hash);
    if (earlier !== undefined) {
      problems.push(`${at}.sha256 is the same as keys[${earlier}].sha256`);
    } else if (hash !== null) indexByHash.set(hash, index);
    if (problems.length > before) continue;
    const id = caller as string;
    const count = (perCaller.get(id) ?? 0) + 1;
    perCaller.set(id, count);
    if (count > MAX_KEYS_PER_CALLER) {
      problems.push(
        `${at}.caller has more than ${MAX_KEYS_PER_CALLER} active keys`,
      );
    }
    entries.push({
      digest: Buffer.from(sha256 as string, "hex"),
      caller: callerWith(
        id,
        (scopes as unknown[]).filter(isScope),
        (directories as string[] | undefined) ?? defaultDirectories,
        endsAtMs,
      ),
    });
  }
  return { entries, problems };
}

/** The rows of a key file, of which nothing is known but that they are objects. */
function rowsOf(text: string, problems: string[]): Record<string, unknown>[] {
  try {
    const { keys } = JSON.parse(text) as { keys?: unknown };
    if (
      Array.isArray(keys) &&
      keys.every((one) => typeof one === "object" && one !== null)
    ) {
      const line = repeatedMemberIn(text);
      if (line !== null) problems.push(`the file ${REPEATED} (line ${line})`);
      return keys as Record<string, unknown>[];
    }
  } catch {
    // Falls through to the one sentence below: the parser's own quotes the text.
  }
  problems.push('the file must be JSON of the form {"keys": [ … ]}');
  return [];
}

function toMs(instant: unknown): number {
  return typeof instant === "string" ? Date.parse(instant) : NaN;
}

/** A buffer that equals no digest, for comparisons that must still be made. */
export const NO_DIGEST = Buffer.alloc(DIGEST_BYTES);
