import { textOf, type Environment, type SettingRow } from "../setting.js";
import { nearMissOf } from "./near-misses.js";
import { unknownOtelNames } from "./otel-variables.js";
import { isServiceAddress, isServiceLink } from "./service-links.js";

/** Variables that other parts of the project read. */
const OTHER_KNOWN = ["EMULATOR_HOST", "EMULATOR_NAMES", "NODE_OPTIONS"];

/** Names of all settings, their aliases included. */
export function knownNames(rows: readonly SettingRow[]): string[] {
  return [
    ...rows.flatMap(({ name, alias }) =>
      alias === undefined ? [name] : [name, alias],
    ),
    ...OTHER_KNOWN,
  ];
}

/**
 * Whether Kubernetes set the variable of a port to the address of a Service. It then
 * counts as unset, because the namespace decides which Services exist.
 */
export function isInjectedPort(
  row: SettingRow,
  environment: Environment,
): boolean {
  return (
    row.kind === "number" &&
    /(?:^|_)PORT$/.test(row.name) &&
    isServiceAddress(textOf(row, environment) ?? "")
  );
}

/**
 * Describes variables that have no effect and probably should have one. Contains names
 * only, no values.
 */
export function environmentWarnings(
  environment: Environment,
  rows: readonly SettingRow[],
): string[] {
  const known = knownNames(rows);
  const set = Object.keys(environment).filter(
    (name) =>
      (environment[name] ?? "").trim() !== "" &&
      !isServiceLink(name, environment[name] ?? ""),
  );
  const near = set.flatMap((name) => {
    const meant = nearMissOf(name, known);
    return meant === null ? [] : [{ name, meant }];
  });
  return [
    ...near.map(
      ({ name, meant }) => `${name} is not a setting. Did you mean ${meant}?`,
    ),
    ...unknownOtelNames(environment, known)
      .filter((name) => !near.some((one) => one.name === name))
      .map((name) => `${name} is unknown and has no effect.`),
    ...rows
      .filter((row) => isInjectedPort(row, environment))
      .map(
        ({ name }) =>
          `${name} contains the address of a Kubernetes Service, so its default applies. Set enableServiceLinks: false in the pod.`,
      ),
  ];
}
