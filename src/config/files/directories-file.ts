import { z } from "zod";
import { isEndpoint } from "../rules.js";
import { readCredentialsFile } from "./credentials-file.js";
import { isObject, readJsonFile, type JsonObject } from "./json-file.js";

/** Vendor credentials, or where they come from. */
export type DirectoryCredentials =
  | { readonly kind: "chain" }
  /** A JSON file; see `readCredentialsFile`. It may change while the gateway runs. */
  | { readonly kind: "file"; readonly path: string }
  | {
      readonly kind: "keys";
      readonly accessKeyId: string;
      readonly accessKeySecret: string;
      readonly securityToken?: string;
    };

/** A resource directory of the vendor, and how the gateway reaches it. */
export interface Directory {
  readonly endpoint: string;
  readonly credentials: DirectoryCredentials;
  /** Overrides `UPSTREAM_CALLS_PER_SECOND`. */
  readonly callsPerSecond?: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

const ALIAS = /^[a-z][a-z0-9-]{0,31}$/;

/** Whether a value is a valid alias of a directory. */
export function isAlias(value: unknown): value is string {
  return typeof value === "string" && ALIAS.test(value);
}

function isCallRate(value: unknown): boolean {
  return (
    Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 10_000
  );
}

/** Names the variable, unless the text may be a credential itself. */
function named(name: string): string {
  return /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/.test(name)
    ? `: ${name} is not set`
    : "";
}

function schemaWith(environment: Environment) {
  const variable = z
    .string("must name a variable that is set")
    .transform((name, context) => {
      const value = environment[name]?.trim() ?? "";
      if (value === "") {
        context.addIssue(`must name a variable that is set${named(name)}`);
      }
      return value;
    });
  const keys = z
    .object(
      {
        accessKeyId: variable,
        accessKeySecret: variable,
        securityToken: variable.optional(),
      },
      'must be "chain" or an object',
    )
    .transform((names) => ({ kind: "keys" as const, ...names }))
    // Without credentials, each missing member is reported.
    .prefault({} as never);
  const chain = z
    .literal("chain")
    .transform(() => ({ kind: "chain" as const }));
  const file = z
    .object({ file: z.string("must be a path").min(1, "must not be empty") })
    .transform(({ file: path }) => ({ kind: "file" as const, path }));
  const row = z.object(
    {
      alias: z
        .string()
        .refine(
          isAlias,
          "must be 1 to 32 of a-z 0-9 - and begin with a letter",
        ),
      endpoint: z.custom<string>(
        isEndpoint,
        "must be https://<host>, or http://<host> on loopback",
      ),
      credentials: z.union([chain, file, keys]),
      callsPerSecond: z
        .custom<number>(isCallRate, "must be a whole number from 0 to 10000")
        .optional(),
    },
    "must be an object",
  );
  const directories = z
    .custom<JsonObject>(isObject, "must be an object")
    // Problems name a directory by its position: an invalid alias may be anything.
    .transform((byAlias) =>
      Object.entries(byAlias).map(([alias, own]) =>
        isObject(own) ? { ...own, alias } : own,
      ),
    )
    .pipe(z.array(row).min(1, "must not be empty"));
  return z.object({ directories }, "must be a JSON object");
}

/**
 * Reads `{"directories": {"<alias>": {"endpoint", "credentials", "callsPerSecond"}}}`.
 * `callsPerSecond` is optional. `credentials` is
 * `"chain"`, `{"file": "<path>"}`, or contains names of environment variables, so the file
 * contains no secret.
 */
export function readDirectories(
  path: string,
  environment: Environment,
  problems: string[],
): ReadonlyMap<string, Directory> {
  const file = readJsonFile(path, schemaWith(environment));
  problems.push(...file.problems.map((one) => `DIRECTORIES_FILE: ${one}`));
  for (const { alias, credentials } of file.value?.directories ?? []) {
    if (credentials.kind !== "file") continue;
    const unusable = readCredentialsFile(credentials.path).problems;
    const name = `DIRECTORIES_FILE: the credentials file of ${alias}`;
    problems.push(...unusable.map((one) => `${name}: ${one}`));
  }
  return new Map(
    file.value?.directories.map(({ alias, ...directory }) => [
      alias,
      directory,
    ]),
  );
}
