import { Redis } from "ioredis";
import type { RedisAccess } from "../../config/redis/redis-access.js";
import type { RedisHost } from "../../config/redis/redis-url.js";
import { connectToNode } from "../../shared-state/redis/redis-client.js";
import {
  connectionErrorCode,
  errorWordOf,
} from "../../shared-state/redis/redis-probe.js";
import type { CheckResult } from "../check-result.js";

const TIMEOUT_MS = 3_000;

/** Explains a problem and what to do about it. */
type Explanation = Pick<CheckResult, "sentence" | "advice">;

/**
 * Connects and signs in to Redis, and to a Sentinel first if there are any. The client of
 * the gateway retries and hides why it cannot connect.
 *
 * @returns why that is not possible with any of the hosts; null if it is with one
 */
export async function connectionProblem(
  access: RedisAccess,
): Promise<Explanation | null> {
  const { kind, hosts } = access.target;
  let problem: Explanation | null = null;
  for (const host of hosts) {
    problem = await (kind === "sentinel"
      ? askSentinel(access, host)
      : signIn(access, host));
    if (problem === null) return null;
  }
  return problem;
}

async function signIn(
  access: RedisAccess,
  host: RedisHost,
): Promise<Explanation | null> {
  const subject = access.target.kind === "cluster" ? "The node" : "Redis";
  return attempt(connectToNode(access, host), subject, async (client) => {
    // Permitted to every user; without a password, the reply is NOAUTH.
    await client.call("eval", "return 1", "0");
    return null;
  });
}

/** Asks a Sentinel for the primary, and signs in there. */
async function askSentinel(
  access: RedisAccess,
  host: RedisHost,
): Promise<Explanation | null> {
  const { sentinelUsername: username, sentinelPassword: password } = access;
  const { target, tls } = access;
  const login = {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  };
  const sentinel = new Redis({
    ...host,
    ...login,
    ...(tls === null ? {} : { tls }),
    disableClientInfo: true,
    enableReadyCheck: false,
  });
  return attempt(sentinel, "The Sentinel", async (client) => {
    const found = await client.call(
      "sentinel",
      "get-master-addr-by-name",
      target.primaryName,
    );
    if (!Array.isArray(found)) {
      return {
        sentence: "The Sentinels do not know the primary that REDIS_URL names.",
        advice: "Check the name after the hosts in REDIS_URL.",
      };
    }
    const [address, port] = found as string[];
    return signIn(access, { host: address ?? "", port: Number(port) });
  });
}

/** Runs a check on a connection, or explains why it cannot be established. */
async function attempt(
  client: Redis,
  subject: string,
  check: (client: Redis) => Promise<Explanation | null>,
): Promise<Explanation | null> {
  client.options.retryStrategy = () => null;
  let failure: unknown = null;
  client.on("error", (error) => (failure ??= error));
  const isReady = await new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => resolve(false), TIMEOUT_MS);
    const settle = (ready: boolean) => () => {
      clearTimeout(timer);
      resolve(ready);
    };
    client.once("ready", settle(true));
    client.once("end", settle(false));
  });
  try {
    const found = isReady ? await check(client) : null;
    // AUTH may have failed before, while the default user needs no password.
    if (isReady && failure === null) return found;
  } catch (error) {
    // An event may have named the cause already.
    failure ??= error;
  } finally {
    client.disconnect();
  }
  return explain(subject, failure);
}

function explain(subject: string, failure: unknown): Explanation | null {
  const word = errorWordOf(failure);
  if (word !== null) return explainReply(subject, word);
  const code = connectionErrorCode(failure);
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return {
      sentence: `${subject} shows a certificate for another host name.`,
      advice:
        "Use the name or address in the certificate. With Sentinel or a cluster, the servers must announce names that are in it (sentinel announce-hostnames, cluster-announce-hostname).",
    };
  }
  if (code === "CERT_HAS_EXPIRED") {
    return {
      sentence: `The certificate of ${lower(subject)} has expired.`,
      advice: "Renew it. Compare the clocks of both machines.",
    };
  }
  if (code.includes("ALERT_") && /CERTIFICATE|UNKNOWN_CA/.test(code)) {
    return {
      sentence: `${subject} requires a certificate of the gateway that it trusts.`,
      advice:
        "Set REDIS_CLIENT_CERT_FILE and REDIS_CLIENT_KEY_FILE. The authority must be in tls-ca-cert-file of Redis.",
    };
  }
  if (/SELF_SIGNED|UNABLE_TO|CERT/.test(code)) {
    return {
      sentence: `The certificate of ${lower(subject)} is not trusted (${code}).`,
      advice:
        "Set REDIS_CA_FILE to the certificate of the authority that signed it.",
    };
  }
  if (/^ERR_SSL|EPROTO/.test(code)) {
    return {
      sentence: `${subject} does not use TLS at this port (${code}).`,
      advice: "Use the TLS port, or redis:// in place of rediss://.",
    };
  }
  return {
    sentence: `${subject} is unreachable${code === "failure" ? "" : ` (${code})`}.`,
    advice:
      "Check REDIS_URL (scheme, host, port) and the network. A port with TLS needs rediss://, one without needs redis://.",
  };
}

function explainReply(subject: string, word: string): Explanation | null {
  // Missing permissions are listed command by command later.
  if (word === "NOPERM" && subject !== "The Sentinel") return null;
  const isSentinel = subject === "The Sentinel";
  if (word === "WRONGPASS" || word === "NOAUTH") {
    const setting = isSentinel
      ? "REDIS_SENTINEL_USERNAME and REDIS_SENTINEL_PASSWORD"
      : "user and password in REDIS_URL";
    return {
      sentence:
        word === "NOAUTH"
          ? `${subject} requires a password.`
          : `${subject} rejects the user or the password.`,
      advice: `Check ${setting}; percent-encode special characters in a URL.`,
    };
  }
  return isSentinel
    ? {
        sentence: `The Sentinel rejects the request (${word}).`,
        advice:
          "Check that the hosts in REDIS_URL are Sentinels, and that the user may call SENTINEL GET-MASTER-ADDR-BY-NAME.",
      }
    : null;
}

function lower(subject: string): string {
  return subject === "Redis" ? subject : subject.toLowerCase();
}
