import { hasSignIn, type Config } from "../config/config.js";
import { readKeyFile } from "../config/files/key-file.js";
import type { CheckResult } from "./check-result.js";

const TIMEOUT_MS = 5_000;

/** Checks the API key file and the public keys of the token issuers. */
export async function checkAuthentication(
  config: Config,
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
    results.push(await checkIssuer(jwksUrl, index));
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

async function checkIssuer(url: string, index: number): Promise<CheckResult> {
  const subject = "sign-in";
  const name = `issuer ${index + 1}`;
  const count = await countPublicKeys(url);
  if (count !== null && count > 0) {
    const sentence = `The public keys of ${name} were fetched (${count}).`;
    return { level: "ok", subject, sentence };
  }
  return {
    level: "fail",
    subject,
    sentence: `The public keys of ${name} cannot be fetched.`,
    advice: "Check JWT_JWKS_URL (or jwksUrl in the issuers file).",
  };
}

async function countPublicKeys(url: string): Promise<number | null> {
  try {
    const response = await fetch(url, {
      signal: AbortSignal.timeout(TIMEOUT_MS),
      redirect: "error",
    });
    const { keys } = (await response.json()) as { keys?: unknown };
    return response.ok && Array.isArray(keys) ? keys.length : null;
  } catch {
    return null;
  }
}
