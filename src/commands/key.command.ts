import { newKey } from "../access/authenticator.js";
import { isAlias } from "../config/files/directories-file.js";
import { digestOf } from "../config/files/key-file.js";
import { UsageError, type Options, type Run } from "./cli/command-line.js";
import { listIn, scopesIn } from "./cli/scopes-option.js";

/** Creates an API key and prints it once, with the entry for the key file, which contains only its hash. */
export const runKey: Run = (options, _args, { out }) => {
  const entry = entryWith(options);
  const key = newKey();
  const sha256 = digestOf(key).toString("hex");
  const { caller, ...others } = entry;
  out(
    `Key (it is not stored and will not be shown again):\n\n  ${key}\n\nEntry for "keys" in API_KEYS_FILE:\n\n${JSON.stringify({ caller, sha256, ...others }, null, 2)}\n`,
  );
  return Promise.resolve(0);
};

/** The entry without the hash. */
function entryWith(options: Options): Readonly<Record<string, unknown>> {
  const { caller, directories, expires } = options;
  const scopes = scopesIn(options, "key") ?? [];
  if (typeof caller !== "string") throw invalid("--caller is missing.");
  if (!/^[\w.:-]{1,64}$/.test(caller)) {
    throw invalid("--caller must be 1 to 64 characters of A-Z a-z 0-9 _ . : -");
  }
  if (scopes.length === 0) throw invalid("--scopes is missing.");
  const aliases = typeof directories === "string" ? listIn(directories) : null;
  const wrong = aliases?.find((alias) => !isAlias(alias));
  if (wrong !== undefined || aliases?.length === 0) {
    throw invalid(
      "--directories must be aliases: 1 to 32 characters of a-z 0-9 -, beginning with a letter.",
    );
  }
  const isInstant =
    typeof expires !== "string" ||
    (/^\d{4}-\d{2}-\d{2}/.test(expires) && !Number.isNaN(Date.parse(expires)));
  if (!isInstant) {
    throw invalid(
      "--expires must be an RFC 3339 instant, such as 2027-01-31T00:00:00Z.",
    );
  }
  return {
    caller,
    scopes,
    ...(aliases === null ? {} : { directories: aliases }),
    ...(expires === undefined ? {} : { expiresAt: expires }),
  };
}

function invalid(message: string): UsageError {
  return new UsageError(message, "key");
}
