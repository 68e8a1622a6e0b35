import { Agent, fetch as fetchOverAgent } from "undici";
import { newKey } from "../../access/authenticator.js";
import { CallSettings } from "../../config/call-settings.js";
import { EgressSettings } from "../../config/egress/egress-settings.js";
import { readConfig } from "../../config/read-config.js";
import { settingsOf, type Environment } from "../../config/setting.js";
import { settings } from "../../config/settings.js";
import { Logger } from "../../logging/logger.js";
import type { Connection } from "./connection.js";
import { GatewayClient } from "./gateway-client.js";

/**
 * Settings that apply to a gateway that runs for one command: those about the vendor.
 * The others are about a server, its callers and its replicas.
 */
const USED_SETTINGS: ReadonlySet<string> = new Set([
  ...[CallSettings, EgressSettings].flatMap(settingsOf).map(({ name }) => name),
  "UPSTREAM_ENDPOINT",
  "UPSTREAM_CREDENTIALS",
  "UPSTREAM_CREDENTIALS_FILE",
  "ALIBABA_CLOUD_ACCESS_KEY_ID",
  "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
  "ALIBABA_CLOUD_SECURITY_TOKEN",
  "DIRECTORIES_FILE",
  "PHONE_COUNTRY_CODES",
  "AUDIT_LOG",
  "NODE_ENV",
]);

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/**
 * Starts a gateway for one command, with the vendor settings of the environment, and
 * connects to it. It listens on a free loopback port and accepts only a random API key.
 * It has no Redis and writes no log, and no audit log unless `AUDIT_LOG` is set.
 *
 * When a signal ends the process, running changes are recorded in the audit log first.
 *
 * @param alias directory; required if several are configured
 * @throws {ConfigError} for invalid vendor settings
 * @throws {Error} for an unknown or missing alias
 */
export async function openDirectGateway(
  environment: Environment,
  alias: string | undefined,
): Promise<Connection> {
  const oneTimeKey = newKey();
  const config = readConfig(vendorSettings(environment), { oneTimeKey });
  checkAlias(alias, [...config.directories.keys()]);
  // Loaded on demand: the other commands do not need it.
  const { openGateway } = await import("../../gateway.js");
  const gateway = await openGateway(config, new Logger(config));
  const endSelf = (signal: NodeJS.Signals): void => {
    gateway.recordUnfinished();
    for (const one of SIGNALS) process.off(one, endSelf);
    process.kill(process.pid, signal);
  };
  for (const one of SIGNALS) process.on(one, endSelf);
  // Without it, Node.js may send requests for loopback to a proxy (NODE_USE_ENV_PROXY).
  const dispatcher = new Agent();
  const fetchDirectly = ((url: string, init: object) =>
    fetchOverAgent(url, { ...init, dispatcher })) as typeof fetch;
  return {
    client: new GatewayClient(gateway.url, oneTimeKey, alias, fetchDirectly),
    isDirect: true,
    close: async () => {
      await dispatcher.destroy();
      await gateway.close();
      for (const one of SIGNALS) process.off(one, endSelf);
    },
  };
}

/** The environment without settings that do not apply, and with those of one command. */
function vendorSettings(environment: Environment): Environment {
  const unused = settings()
    .filter(({ name }) => !USED_SETTINGS.has(name))
    .flatMap(({ name, alias }) =>
      alias === undefined ? [name] : [name, alias],
    );
  const { AUDIT_LOG = "" } = environment;
  return {
    ...environment,
    ...Object.fromEntries(unused.map((name) => [name, undefined])),
    PORT: "0",
    HOST: "127.0.0.1",
    LOG_LEVEL: "silent",
    AUDIT_LOG: AUDIT_LOG.trim() === "" ? "none" : AUDIT_LOG,
    // There is one caller, who sends one request at a time.
    RATE_LIMIT_PER_MINUTE: "0",
    RATE_LIMIT_PER_ADDRESS_PER_MINUTE: "0",
    MAX_EVENT_LOOP_DELAY_MS: "0",
  };
}

function checkAlias(
  alias: string | undefined,
  aliases: readonly string[],
): void {
  if (alias === undefined && aliases.length <= 1) return;
  if (alias !== undefined && aliases.includes(alias)) return;
  throw new Error(
    aliases.length === 0
      ? "--directory requires DIRECTORIES_FILE, or GATEWAY_URL."
      : `Choose one of the configured directories with --directory: ${aliases.join(", ")}.`,
  );
}
