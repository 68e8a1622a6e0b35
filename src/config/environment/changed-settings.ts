import type { Config } from "../config.js";
import type { SettingRow } from "../setting.js";
import { SETTING_GROUPS, settings } from "../settings.js";

/**
 * Settings of free text whose value may be printed. All others may contain a secret, a
 * path or a name, so only their own name is printed.
 */
const PRINTABLE: ReadonlySet<string> = new Set([
  "HOST",
  "LOG_LEVEL",
  "NODE_ENV",
  "JWT_ALGORITHMS",
  "OTEL_EXPORTER_OTLP_COMPRESSION",
  "OTEL_EXPORTER_OTLP_PROTOCOL",
  "OTEL_PROPAGATORS",
  "OTEL_TRACES_EXPORTER",
  "OTEL_TRACES_SAMPLER",
  "OTEL_TRACES_SAMPLER_ARG",
  "PERSISTED_DOCUMENTS",
  "PHONE_COUNTRY_CODES",
  "PUBLIC_URL",
  "REDIS_KEY_PREFIX",
  "TRUSTED_PROXIES",
  "UPSTREAM_CREDENTIALS",
  "UPSTREAM_ENDPOINT",
]);

/** Value in place of one that is not printed. */
const HIDDEN = "set";

/**
 * Settings that differ from their defaults, by name. Contains the values of numbers,
 * flags and a few listed texts; for all others the text `set`.
 */
export function changedSettings(
  config: Config,
): Readonly<Record<string, unknown>> {
  const defaults = Object.assign(
    {},
    ...SETTING_GROUPS.map((Group) => new Group()),
  ) as Readonly<Record<string, unknown>>;
  const values = config as unknown as Readonly<Record<string, unknown>>;
  const changed = settings().filter(
    ({ name }) =>
      JSON.stringify(values[name]) !== JSON.stringify(defaults[name]),
  );
  return Object.fromEntries(
    changed.map((row) => [
      row.name,
      isPrintable(row) ? values[row.name] : HIDDEN,
    ]),
  );
}

function isPrintable({ name, kind }: SettingRow): boolean {
  return kind === "number" || kind === "flag" || PRINTABLE.has(name);
}
