import { withChanges, type Config } from "./config.js";

/** The same configuration with the emulator as the vendor. */
export function pointedAt(url: string, config: Config): Config {
  return withChanges(config, {
    embeddedEmulator: url,
    UPSTREAM_ENDPOINT: url,
    UPSTREAM_CREDENTIALS: "keys",
    ALIBABA_CLOUD_ACCESS_KEY_ID: "testid",
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: "testsecret",
  });
}
