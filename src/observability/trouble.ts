import type { AuthenticatorStatus } from "../access/authenticator.js";
import type { OutputStanding, Standing } from "../logging/output.js";

/** Where lines go, by the name that metrics and readiness use. */
export type Outputs = Readonly<Record<"log" | "audit", Standing>>;

/**
 * Trouble of the gateway's own that does not stop requests, as facts for
 * `/readyz`. Empty while there is none.
 */
export function troubleOf(
  { issuers, keyFileFailure }: AuthenticatorStatus,
  { log, audit }: Outputs,
): Readonly<Record<string, string>> {
  const failing = [...issuers].flatMap(([issuer, { hasKeys, failure }]) =>
    failure === null
      ? []
      : [
          `${issuer}: ${failure}${hasKeys ? "; known keys stay in use" : "; its tokens cannot be verified"}`,
        ],
  );
  return {
    ...(failing.length === 0 ? {} : { issuerKeys: failing.join(", ") }),
    ...(keyFileFailure === null
      ? {}
      : { apiKeyFile: `${keyFileFailure}; known keys stay valid` }),
    ...logTroubleOf(log),
    ...(audit.standing.failure === null
      ? {}
      : { audit: unwritten(audit.standing) }),
  };
}

/** The same of a process that has only a log. */
export function logTroubleOf({
  standing,
}: Standing): Readonly<Record<string, string>> {
  return standing.failure === null ? {} : { log: unwritten(standing) };
}

function unwritten({ failure, lost }: OutputStanding): string {
  return `cannot be written (${failure}); ${lost} lines lost`;
}
