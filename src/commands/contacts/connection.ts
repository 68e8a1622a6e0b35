import type { GatewayClient } from "./gateway-client.js";

/** A gateway that a command can call. */
export interface Connection {
  readonly client: GatewayClient;
  /** Whether the gateway runs only for this command. */
  readonly isDirect: boolean;
  /** Stops a gateway that runs only for this command. */
  readonly close: () => Promise<void>;
}
