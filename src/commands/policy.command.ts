import { parseArgs } from "node:util";
import { isScope, SCOPES } from "../context/caller.js";
import { policyFor } from "./ram-policy.js";

const { values } = parseArgs({ options: { scopes: { type: "string" } } });
const scopes = values.scopes?.split(",") ?? [...SCOPES];
if (scopes.every(isScope)) {
  process.stdout.write(`${JSON.stringify(policyFor(scopes), null, 2)}\n`);
} else {
  process.stderr.write(
    `npm run policy -- --scopes <scope>,<scope>\n\nScopes: ${SCOPES.join(", ")}\n`,
  );
  process.exitCode = 1;
}
