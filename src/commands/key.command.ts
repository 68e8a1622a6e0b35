import { parseArgs } from "node:util";
import { isScope, SCOPES } from "../context/caller.js";
import { digestOf } from "../config/files/key-file.js";
import { newKey } from "../access/authenticator.js";

const USAGE = `npm run key -- --caller <name> --scopes <scope>,<scope> [--directories <alias>,<alias>] [--expires <RFC 3339 instant>]

Scopes: ${SCOPES.join(", ")}
`;

/**
 * Makes an API key. The key is printed once and kept nowhere; the entry for
 * the key file holds its hash.
 */
function main(): number {
  const { values } = parseArgs({
    options: {
      caller: { type: "string" },
      scopes: { type: "string" },
      directories: { type: "string" },
      expires: { type: "string" },
    },
  });
  const scopes = values.scopes?.split(",") ?? [];
  const isUsable =
    /^[\w.:-]{1,64}$/.test(values.caller ?? "") &&
    scopes.length > 0 &&
    scopes.every(isScope) &&
    (values.expires === undefined || !Number.isNaN(Date.parse(values.expires)));
  if (!isUsable) {
    process.stderr.write(USAGE);
    return 1;
  }
  const key = newKey();
  const entry = {
    caller: values.caller,
    sha256: digestOf(key).toString("hex"),
    scopes,
    ...(values.directories === undefined
      ? {}
      : { directories: values.directories.split(",") }),
    ...(values.expires === undefined ? {} : { expiresAt: values.expires }),
  };
  process.stdout.write(
    `Key, shown this once:\n\n  ${key}\n\nEntry of "keys" in API_KEYS_FILE:\n\n${JSON.stringify(entry, null, 2)}\n`,
  );
  return 0;
}

process.exitCode = main();
