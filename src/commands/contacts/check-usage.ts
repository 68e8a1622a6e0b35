import { UsageError, type Options } from "../cli/command-line.js";
import { DEFINITIONS } from "../cli/definition.js";

/** Options that every action has. */
const COMMON = ["directory"];

/**
 * Checks that an action has these options and this argument. Otherwise a check such as
 * `pending --fail-on-gaps` would always succeed.
 *
 * @throws {UsageError} which lists what the action has
 */
export function checkUsage(
  action: string,
  options: Options,
  argument: string | undefined,
): void {
  const usage =
    DEFINITIONS.contacts.usage.find((line) => line.split(" ")[0] === action) ??
    "";
  const known = [
    ...[...usage.matchAll(/--([a-z-]+)/g)].map(([, option]) => String(option)),
    ...COMMON,
  ];
  const unknown = Object.keys(options).find((one) => !known.includes(one));
  if (unknown !== undefined) {
    throw new UsageError(
      `--${unknown} is not an option of contacts ${action}. Options: ${known.map((one) => `--${one}`).join(", ")}.`,
      "contacts",
    );
  }
  const takesArgument = usage.split(" ")[1]?.startsWith("<") === true;
  if (argument !== undefined && !takesArgument) {
    throw new UsageError(
      `contacts ${action} takes no argument besides its options.`,
      "contacts",
    );
  }
}
