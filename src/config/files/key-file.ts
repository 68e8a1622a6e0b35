import { createHash } from "node:crypto";
import { z } from "zod";
import {
  callerWith,
  isScope,
  SCOPES,
  type Caller,
} from "../../context/caller.js";
import { closestTo } from "../environment/near-misses.js";
import { isAlias } from "./directories-file.js";
import { parseJson, readJsonFile, type Parsed } from "./json-file.js";

/** Length of a SHA-256 in bytes. */
const DIGEST_BYTES = 32;

/** A digest that matches no key, so that a comparison takes place for unknown keys too. */
export const NO_DIGEST = Buffer.alloc(DIGEST_BYTES);

/** A caller may have two keys, so that one can replace the other. */
const MAX_KEYS_PER_CALLER = 2;

/** One entry of the file: the caller and the hash of the key, never the key itself. */
export interface KeyEntry {
  readonly digest: Buffer;
  readonly caller: Caller;
}

/** The valid entries of a key file, and its problems, one sentence each. */
export interface KeyFile {
  readonly entries: readonly KeyEntry[];
  readonly problems: readonly string[];
}

const ROW = z.object(
  {
    caller: z
      .string("must be a text")
      .regex(
        /^[\w.:-]{1,64}$/,
        "must be 1 to 64 characters of A-Z a-z 0-9 _ . : -",
      ),
    sha256: z
      .string("must be a text")
      .regex(/^[0-9a-f]{64}$/, "must be 64 hexadecimal digits"),
    scopes: z
      .custom<unknown[]>(Array.isArray, "must be a list of known scopes")
      .transform((scopes, context): string[] => {
        if (!scopes.every(isScope)) {
          const unknown = scopes.filter((scope) => !isScope(scope));
          context.addIssue(
            `must be a list of known scopes${unknownScopes(unknown)}`,
          );
        }
        return scopes.filter(isScope);
      }),
    directories: z
      .custom<string[]>(isListOf(isAlias), "must be a list of aliases")
      .optional(),
    expiresAt: z
      .custom<string>(
        (value) => typeof value === "string" && !isNaN(Date.parse(value)),
        "must be an RFC 3339 instant",
      )
      .optional(),
  },
  "must be an object",
);

/** Names unknown scopes, unless they look like something else, such as a secret. */
function unknownScopes(scopes: readonly unknown[]): string {
  const named = scopes
    .filter((scope): scope is string => typeof scope === "string")
    .filter((scope) => /^[a-z]+[:._-][a-z:._-]{1,32}$/i.test(scope))
    .map((scope) => {
      const close = closestTo(scope.toLowerCase(), SCOPES);
      return `${scope} is unknown${close === null ? "" : `; did you mean ${close}?`}`;
    });
  return named.length === 0 ? "" : `: ${named.join(", ")}`;
}

const KEYS = z.array(ROW, "must be a list").superRefine((rows, context) => {
  const perCaller = new Map<string, number>();
  const indexByHash = new Map<string, number>();
  for (const [index, { caller, sha256 }] of rows.entries()) {
    const earlier = indexByHash.get(sha256);
    if (earlier !== undefined) {
      // Otherwise the order of the entries would decide which one applies.
      const message = `is the same as keys[${earlier}].sha256`;
      context.addIssue({ code: "custom", path: [index, "sha256"], message });
      continue;
    }
    indexByHash.set(sha256, index);
    const count = (perCaller.get(caller) ?? 0) + 1;
    perCaller.set(caller, count);
    if (count > MAX_KEYS_PER_CALLER) {
      const message = `has more than ${MAX_KEYS_PER_CALLER} active keys`;
      context.addIssue({ code: "custom", path: [index, "caller"], message });
    }
  }
});

const FILE = z.object({ keys: KEYS }, 'must have the form {"keys": [ … ]}');

/** SHA-256 of a key. A key has 256 random bits, so no salt is needed. */
export function digestOf(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}

/** Reads and validates a key file. An unreadable file is reported as a problem. */
export function readKeyFile(
  path: string,
  defaultDirectories: readonly string[],
): KeyFile {
  return toKeyFile(readJsonFile(path, FILE), defaultDirectories);
}

/** Validates the text of a key file. */
export function parseKeyFile(
  text: string,
  defaultDirectories: readonly string[],
): KeyFile {
  return toKeyFile(parseJson(text, FILE), defaultDirectories);
}

function toKeyFile(
  { value, problems }: Parsed<z.infer<typeof FILE>>,
  defaultDirectories: readonly string[],
): KeyFile {
  const entries = (value?.keys ?? []).map((row): KeyEntry => ({
    digest: Buffer.from(row.sha256, "hex"),
    caller: callerWith(
      row.caller,
      row.scopes.filter(isScope),
      row.directories ?? defaultDirectories,
      row.expiresAt === undefined ? undefined : Date.parse(row.expiresAt),
    ),
  }));
  return { entries, problems };
}

function isListOf(
  isItem: (value: unknown) => boolean,
): (value: unknown) => boolean {
  return (value) => Array.isArray(value) && value.every(isItem);
}
