import { AccessSettings } from "./access-settings.js";
import { CallSettings } from "./call-settings.js";
import { EgressSettings } from "./egress/egress-settings.js";
import { RedisSettings } from "./redis/redis-settings.js";
import { ReplicaSettings } from "./replica-settings.js";
import { ServerSettings } from "./server-settings.js";
import { settingsOf, type SettingRow } from "./setting.js";
import { TelemetrySettings } from "./telemetry/telemetry-settings.js";

/** All settings, by the name of their environment variable. */
export type Settings = ServerSettings &
  CallSettings &
  ReplicaSettings &
  RedisSettings &
  AccessSettings &
  EgressSettings &
  TelemetrySettings;

/** Groups of settings. Each one has its own defaults and rules. */
export const SETTING_GROUPS = [
  ServerSettings,
  CallSettings,
  ReplicaSettings,
  RedisSettings,
  AccessSettings,
  EgressSettings,
  TelemetrySettings,
] as const;

/** All settings in the order of the documentation. */
export function settings(): readonly SettingRow[] {
  return SETTING_GROUPS.flatMap(settingsOf);
}
