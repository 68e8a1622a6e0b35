import type { Environment } from "../../config/setting.js";
import type { Options } from "./command-line.js";
import type { Definition } from "./definition.js";

/** Options that npm has as well, so that its configuration may contain them. */
const OPTIONS_OF_NPM = new Set(["json", "yes"]);

/**
 * An option that npm kept for itself, because the command line has no `--` before it:
 * `npm run contacts coverage --fail-on-gaps` would never fail. npm passes such options to
 * the script as variables of the environment.
 *
 * @param options those that reached the command
 * @returns the name of the option; null if there is none
 */
export function optionKeptByNpm(
  { options: known }: Definition,
  options: Options,
  environment: Environment,
): string | null {
  const kept = Object.keys(known).find(
    (option) =>
      options[option] === undefined &&
      !OPTIONS_OF_NPM.has(option) &&
      (environment[`npm_config_${option.replaceAll("-", "_")}`] ?? "") !== "",
  );
  return kept ?? null;
}
