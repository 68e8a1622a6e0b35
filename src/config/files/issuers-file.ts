import { isObject, isTextList, objectIn } from "./json-file.js";
import { isConfidential, webUrl } from "../rules.js";

/** One issuer whose access tokens are taken. */
export interface Issuer {
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly jwksUrl: string;
  /** Signature algorithms; the header of a token never widens them. */
  readonly algorithms: readonly string[];
}

/** Asymmetric algorithms only: a public key must never pass for a shared secret. */
export const ALGORITHMS = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
] as const;

const SETTING = "JWT_ISSUERS_FILE";

/** Reads `{"issuers": [{"issuer", "audience", "jwksUrl", "algorithms"?}]}`. */
export function readIssuers(
  path: string,
  defaultAlgorithms: readonly string[],
  problems: string[],
): Issuer[] {
  const file = objectIn(path, SETTING, problems);
  if (file === null) return [];
  const { issuers } = file;
  if (!Array.isArray(issuers) || !issuers.every(isObject)) {
    problems.push(`${SETTING} must hold a list of objects named issuers`);
    return [];
  }
  return issuers.map((row, index): Issuer => {
    const say = (member: string, rule: string): number =>
      problems.push(`${SETTING}: issuers[${index}].${member} ${rule}`);
    const { issuer, jwksUrl, algorithms = defaultAlgorithms } = row;
    const audience =
      typeof row["audience"] === "string" ? [row["audience"]] : row["audience"];
    if (typeof issuer !== "string" || issuer === "") {
      say("issuer", "must be a text");
    }
    if (!isTextList(audience)) say("audience", "must be a text or a list");
    const url = webUrl(jwksUrl);
    if (url === null || !isConfidential(url)) {
      say("jwksUrl", "must be https://…, or http://… on loopback");
    }
    if (
      !isTextList(algorithms) ||
      !algorithms.every((one) =>
        (ALGORITHMS as readonly string[]).includes(one),
      )
    ) {
      say("algorithms", `must be some of ${ALGORITHMS.join(", ")}`);
    }
    return { issuer, audience, jwksUrl, algorithms } as Issuer;
  });
}
