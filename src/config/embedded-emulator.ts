import { withChanges, type Config } from "./config.js";

/** Returns a copy of the configuration that uses an emulator as the vendor. */
export function pointedAt(url: string, config: Config): Config {
  return withChanges(config, {
    embeddedEmulator: url,
    UPSTREAM_ENDPOINT: url,
    UPSTREAM_CREDENTIALS: "keys",
    UPSTREAM_CREDENTIALS_FILE: undefined,
    ALIBABA_CLOUD_ACCESS_KEY_ID: "testid",
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: "testsecret",
  });
}
