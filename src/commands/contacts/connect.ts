import { textOf, type Environment } from "../../config/setting.js";
import type { Connection } from "./connection.js";
import { GatewayClient } from "./gateway-client.js";

const MISSING = `There is no gateway and no vendor to call. Set one of these:
- GATEWAY_URL: the URL of a running gateway, such as http://127.0.0.1:3000, and GATEWAY_KEY if it has authentication
- UPSTREAM_ENDPOINT: the vendor's endpoint, and its credentials: ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or UPSTREAM_CREDENTIALS_FILE, or UPSTREAM_CREDENTIALS=chain
- DIRECTORIES_FILE: several directories, each with an endpoint and credentials`;

/**
 * Connects to the gateway of `GATEWAY_URL`. Without this variable, starts a gateway for
 * this command with the vendor settings. Never uses the embedded emulator.
 *
 * @param alias directory to use; undefined for the default one
 * @throws {ConfigError} for invalid vendor settings
 * @throws {Error} when neither is set
 */
export async function connect(
  environment: Environment,
  alias: string | undefined,
): Promise<Connection> {
  const valueOf = (name: string): string | undefined =>
    textOf({ name }, environment);
  const url = valueOf("GATEWAY_URL");
  const key = valueOf("GATEWAY_KEY");
  if (url !== undefined) {
    return {
      client: GatewayClient.at(url, key, alias),
      isDirect: false,
      close: () => Promise.resolve(),
    };
  }
  if (key !== undefined) {
    throw new Error("GATEWAY_URL is missing, although GATEWAY_KEY is set.");
  }
  const hasVendor =
    valueOf("UPSTREAM_ENDPOINT") !== undefined ||
    valueOf("DIRECTORIES_FILE") !== undefined;
  if (!hasVendor) throw new Error(MISSING);
  const { openDirectGateway } = await import("./direct-gateway.js");
  return openDirectGateway(environment, alias);
}
