import type { Options } from "../cli/command-line.js";
import type { GatewayClient } from "./gateway-client.js";
import type { ProgressLine } from "./progress-line.js";

/** A command line of `contacts`, and what it needs to run. */
export interface ActionContext {
  readonly client: GatewayClient;
  /**
   * Whether the gateway runs only for this command. It then does not know what was
   * pending before.
   */
  readonly isDirect: boolean;
  readonly options: Options;
  readonly argument: string | undefined;
  readonly out: (text: string) => unknown;
  readonly progress: ProgressLine;
}

/**
 * One of the things that `contacts` can do. Resolves with the exit code.
 *
 * @throws {UsageError} for an invalid command line, or an Error whose message is for people
 */
export type Action = (context: ActionContext) => Promise<number>;
