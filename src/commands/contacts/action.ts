import type { Options } from "../cli/command-line.js";
import type { GatewayClient } from "./gateway-client.js";

/**
 * One of the things that `contacts` can do. Resolves with the exit code.
 *
 * @throws {UsageError} for an invalid command line, or an Error whose message is for people
 */
export type Action = (
  client: GatewayClient,
  options: Options,
  argument: string | undefined,
  out: (text: string) => unknown,
) => Promise<number>;
