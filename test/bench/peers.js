import { createHash, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));

/**
 * The servers that are measured side by side: what each is, and through which
 * APIs it serves, the preferred one first.
 */
export const PEERS = {
  ours: { title: "this gateway", apis: ["rest", "graphql"] },
  a: {
    title: "bare pass-through",
    apis: ["forms"],
    script: "peers/pass-through.js",
  },
  b: {
    title: "pass-through with mapping and signing",
    apis: ["rest", "mapped"],
    script: "peers/mapped.js",
  },
  c: {
    title: "mercurius, JIT, signed",
    apis: ["graphql"],
    script: "peers/mercurius.js",
  },
  d: {
    title: "Apollo Server standalone, signed",
    apis: ["graphql"],
    script: "peers/apollo.js",
  },
  e: {
    title: "the obvious Nest gateway",
    apis: ["rest", "graphql"],
    script: "dist/bench/peers/nest/main.js",
  },
};

/** The servers that --vendor-limit measures side by side. */
export const VENDOR_LIMIT_PEERS = {
  ours: PEERS.ours,
  e: PEERS.e,
  f: {
    title: "Apollo Server with its response cache",
    apis: ["graphql"],
    script: "peers/apollo-cached.js",
  },
};

/** One API key for all servers, in the file that the gateway reads. */
export function writeApiKey(path) {
  const key = `mcg_${randomBytes(32).toString("base64url")}`;
  const sha256 = createHash("sha256").update(key).digest("hex");
  const scopes = ["read", "write", "delete", "verify", "bind", "read-personal"];
  writeFileSync(
    path,
    JSON.stringify({
      keys: [
        {
          caller: "bench",
          sha256,
          scopes: scopes.map((scope) => `contacts:${scope}`),
        },
      ],
    }),
  );
  return { path, sha256, authorization: `Bearer ${key}` };
}

/** As in `npm start`. */
const NODE_OPTIONS = ["--enable-source-maps", "--max-semi-space-size=48"];

/** The other servers neither cache nor pace, so each request must reach the upstream. */
const EVERY_CALL = { READ_CACHE_MS: "0", UPSTREAM_CALLS_PER_SECOND: "0" };

/** With this access key, the stub's list contains all contacts of the directory. */
const LISTED = { ALIBABA_CLOUD_ACCESS_KEY_ID: "listed" };

/**
 * Settings of the gateway, by the launch that a workload names:
 *
 * - `direct`: each read is a call of its own.
 * - `listed`: no cache, but several reads of a request become one list.
 * - `cached`: the defaults.
 */
export const LAUNCHES = {
  direct: EVERY_CALL,
  listed: { ...EVERY_CALL, ...LISTED },
  cached: LISTED,
};

/**
 * How a server is started. The gateway runs in its product configuration; with
 * sign-in its rate limits count, but high enough never to refuse, and each change is in
 * an audit file.
 *
 * @param gateway folder of the built gateway
 * @param settings one of `LAUNCHES`, for the gateway
 */
export function launchOf(
  peer,
  { gateway, upstream, apiKey, opsPort, settings = EVERY_CALL },
) {
  const env = {
    NODE_ENV: "production",
    UPSTREAM_ENDPOINT: upstream,
    ALIBABA_CLOUD_ACCESS_KEY_ID: "benchid",
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: "benchsecret",
  };
  if (peer !== "ours") {
    return {
      command: [
        process.execPath,
        { ...PEERS, ...VENDOR_LIMIT_PEERS }[peer].script,
      ],
      cwd: here,
      env: { ...env, ...(apiKey && { API_KEY_SHA256: apiKey.sha256 }) },
    };
  }
  const signIn = apiKey && {
    API_KEYS_FILE: apiKey.path,
    RATE_LIMIT_PER_MINUTE: "10000000",
    RATE_LIMIT_PER_ADDRESS_PER_MINUTE: "10000000",
    AUDIT_LOG: join(dirname(apiKey.path), `audit-${opsPort}.log`),
  };
  return {
    command: [process.execPath, ...NODE_OPTIONS, "dist/bundle/main.js"],
    cwd: gateway,
    env: { ...env, ...settings, OPS_PORT: String(opsPort), ...signIn },
  };
}
