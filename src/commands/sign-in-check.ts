import { hasSignIn, type Config } from "../config/config.js";
import { readKeyFile } from "../config/files/key-file.js";
import type { CheckResult } from "./check-result.js";

const TIMEOUT_MS = 5_000;

/** Checks where callers come from: the key file and the issuers' public keys. */
export async function checkSignIn(
  config: Config,
  now: () => number = Date.now,
): Promise<CheckResult[]> {
  if (!hasSignIn(config)) {
    return [
      {
        level: "ok",
        subject: "sign-in",
        sentence: "None is configured: the gateway serves this machine only.",
      },
    ];
  }
  const findings: CheckResult[] = [];
  if (config.API_KEYS_FILE !== undefined) {
    findings.push(keysFinding(config.API_KEYS_FILE, now()));
  }
  for (const [index, { jwksUrl }] of config.issuers.entries()) {
    findings.push(await issuerFinding(jwksUrl, index));
  }
  return findings;
}

function keysFinding(path: string, nowMs: number): CheckResult {
  const { entries } = readKeyFile(path, []);
  const valid = entries.filter(
    ({ caller: { expiresAtMs = Infinity } }) => expiresAtMs > nowMs,
  );
  const subject = "sign-in";
  const sentence = `The key file has ${entries.length} keys, ${valid.length} of them valid today.`;
  return valid.length > 0
    ? { level: "ok", subject, sentence }
    : {
        level: "warn",
        subject,
        sentence,
        advice: "Make a key with `npm run key`.",
      };
}

async function issuerFinding(url: string, index: number): Promise<CheckResult> {
  const subject = "sign-in";
  const name = `issuer ${index + 1}`;
  const count = await publicKeys(url);
  if (count !== null && count > 0) {
    const sentence = `The public keys of ${name} can be fetched (${count}).`;
    return { level: "ok", subject, sentence };
  }
  return {
    level: "fail",
    subject,
    sentence: `The public keys of ${name} cannot be fetched.`,
    advice: "Check JWT_JWKS_URL (or jwksUrl in the issuers file).",
  };
}

async function publicKeys(url: string): Promise<number | null> {
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
