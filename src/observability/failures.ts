import type { AuthenticatorStatus } from "../access/authenticator.js";
import type { OutputStatus, StatusSource } from "../logging/output.js";

/** Outputs by the name that metrics and `/readyz` use. */
export type Outputs = Readonly<Record<"log" | "audit", StatusSource>>;

/**
 * Failures of the gateway's own parts that do not stop requests, as facts for
 * `/readyz`. Empty if there are none.
 */
export function failuresOf(
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
    ...logFailuresOf(log),
    ...(audit.status.failure === null
      ? {}
      : { audit: describeFailure(audit.status) }),
  };
}

/** The same for a process that has only a log. */
export function logFailuresOf({
  status,
}: StatusSource): Readonly<Record<string, string>> {
  return status.failure === null ? {} : { log: describeFailure(status) };
}

function describeFailure({ failure, lost }: OutputStatus): string {
  return `cannot be written (${failure}); ${lost} lines lost`;
}
