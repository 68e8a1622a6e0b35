import { hasSignIn, type Config } from "../config/config.js";
import { readKeyFile } from "../config/files/key-file.js";
import type { Egress } from "../egress/egress.js";
import { codeOf } from "../logging/output.js";
import { explainUnreachable } from "./unreachable.js";
import type { CheckResult } from "./check-result.js";

const TIMEOUT_MS = 5_000;

/** Checks the API key file and the public keys of the token issuers. */
export async function checkAuthentication(
  config: Config,
  egress: Egress,
  now: () => number = Date.now,
): Promise<CheckResult[]> {
  if (!hasSignIn(config)) {
    return [
      {
        level: "ok",
        subject: "sign-in",
        sentence: "Not configured: the gateway serves this machine only.",
      },
    ];
  }
  const results: CheckResult[] = [];
  if (config.API_KEYS_FILE !== undefined) {
    results.push(checkKeyFile(config.API_KEYS_FILE, now()));
  }
  for (const [index, { jwksUrl }] of config.issuers.entries()) {
    results.push(await checkIssuer(jwksUrl, index, egress));
  }
  return results;
}

function checkKeyFile(path: string, nowMs: number): CheckResult {
  const { entries } = readKeyFile(path, []);
  const valid = entries.filter(
    ({ caller: { expiresAtMs = Infinity } }) => expiresAtMs > nowMs,
  );
  const subject = "sign-in";
  const sentence = `The key file contains ${entries.length} keys; ${valid.length} of them have not expired.`;
  return valid.length > 0
    ? { level: "ok", subject, sentence }
    : {
        level: "warn",
        subject,
        sentence,
        advice: "Create a key with `npm run key`.",
      };
}

async function checkIssuer(
  url: string,
  index: number,
  egress: Egress,
): Promise<CheckResult> {
  const subject = "sign-in";
  const name = `issuer ${index + 1}`;
  const result = await countPublicKeys(url, egress);
  if (typeof result === "number" && result > 0) {
    const sentence = `The public keys of ${name} were fetched (${result}).`;
    return { level: "ok", subject, sentence };
  }
  const failed = {
    level: "fail",
    subject,
    sentence: `The public keys of ${name} cannot be fetched.`,
    advice: "Check JWT_JWKS_URL (or jwksUrl in the issuers file).",
  } as const;
  if (typeof result === "number") return failed;
  const sentenceWithReason = `The public keys of ${name} cannot be fetched (${result}).`;
  const { sentence, advice } = explainUnreachable(result);
  return result.startsWith("PROXY_")
    ? { ...failed, sentence: `${failed.sentence} ${sentence}`, advice }
    : { ...failed, sentence: sentenceWithReason };
}

/** Number of keys in the response, or the reason why there is no response. */
async function countPublicKeys(
  url: string,
  egress: Egress,
): Promise<number | string> {
  try {
    const response = await egress.fetch(url, {
      signal: AbortSignal.timeout(TIMEOUT_MS),
      redirect: "error",
    });
    const { keys } = (await response.json()) as { keys?: unknown };
    return response.ok && Array.isArray(keys) ? keys.length : 0;
  } catch (error) {
    return codeOf((error as { cause?: unknown }).cause);
  }
}
