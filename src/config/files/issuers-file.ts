import { z } from "zod";
import { isConfidential, webUrl } from "../rules.js";
import { readJsonFile } from "./json-file.js";

/** An issuer of accepted access tokens. */
export interface Issuer {
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly jwksUrl: string;
  /** Accepted signature algorithms. The header of a token cannot extend them. */
  readonly algorithms: readonly string[];
}

/** Asymmetric algorithms only: a public key must never be accepted as a shared secret. */
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

const text = z.string("must be a text").min(1, "must not be empty");

function schemaWith(defaultAlgorithms: readonly string[]) {
  const algorithm = z.enum(
    ALGORITHMS,
    `must be one of ${ALGORITHMS.join(", ")}`,
  );
  const row = z.object(
    {
      issuer: text,
      audience: z.union([
        text.transform((one) => [one]),
        z.array(text, "must be a text or a list").min(1, "must not be empty"),
      ]),
      jwksUrl: z.string("must be a URL").refine((value) => {
        const url = webUrl(value);
        return url !== null && isConfidential(url);
      }, "must be https://…, or http://… on loopback"),
      algorithms: z
        .array(algorithm, "must be a list")
        .min(1, "must not be empty")
        .optional()
        .transform((own) => own ?? defaultAlgorithms),
    },
    "must be an object",
  );
  const issuers = z.array(row, "must be a list of objects");
  return z.object({ issuers }, "must be a JSON object");
}

/** Reads `{"issuers": [{"issuer", "audience", "jwksUrl", "algorithms"?}]}`. */
export function readIssuers(
  path: string,
  defaultAlgorithms: readonly string[],
  problems: string[],
): readonly Issuer[] {
  const file = readJsonFile(path, schemaWith(defaultAlgorithms));
  problems.push(...file.problems.map((one) => `JWT_ISSUERS_FILE: ${one}`));
  return file.value?.issuers ?? [];
}
