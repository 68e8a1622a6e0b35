import { parseArgs } from "node:util";
import { isScope, SCOPES } from "../context/caller.js";
import { digestOf } from "../config/files/key-file.js";
import { newKey } from "../access/authenticator.js";

const USAGE = `npm run key -- --caller <name> --scopes <scope>,<scope> [--directories <alias>,<alias>] [--expires <RFC 3339 instant>]

Scopes: ${SCOPES.join(", ")}
`;

/** Creates an API key and prints it once, with the entry for the key file, which contains only its hash. */
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
  const isValid =
    /^[\w.:-]{1,64}$/.test(values.caller ?? "") &&
    scopes.length > 0 &&
    scopes.every(isScope) &&
    (values.expires === undefined || !Number.isNaN(Date.parse(values.expires)));
  if (!isValid) {
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
    `Key (it is not stored and will not be shown again):\n\n  ${key}\n\nEntry for "keys" in API_KEYS_FILE:\n\n${JSON.stringify(entry, null, 2)}\n`,
  );
  return 0;
}

process.exitCode = main();
