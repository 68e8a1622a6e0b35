import type { Run } from "./cli/command-line.js";
import { SCOPES } from "../context/caller.js";
import { policyFor } from "./ram-policy.js";
import { scopesIn } from "./cli/scopes-option.js";

export const runPolicy: Run = (options, _args, { out }) => {
  const scopes = scopesIn(options, "policy") ?? SCOPES;
  out(`${JSON.stringify(policyFor(scopes), null, 2)}\n`);
  return Promise.resolve(0);
};
