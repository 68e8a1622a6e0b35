import { withChanges, type Config } from "../config/config.js";
import { settingConflicts } from "../config/environment/setting-conflicts.js";
import { ConfigError, readConfig } from "../config/read-config.js";
import { Egress } from "../egress/egress.js";
import { directoriesOf } from "../upstream/upstream.module.js";
import {
  prefixSubject,
  formatResults,
  type CheckResult,
} from "./check-result.js";
import { checkAuthentication } from "./sign-in-check.js";
import { checkState } from "./state-check.js";
import { checkUpstream } from "./upstream-check.js";

/** The configuration to check, and how to release its resources. */
interface Target {
  readonly config: Config;
  readonly result: CheckResult;
  stop(): Promise<void>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Checks the configuration and everything that the gateway depends on.
 *
 * @param withChanges see `checkUpstream`
 * @returns one result per check; if the configuration is invalid, its problems only
 */
export async function runChecks(
  environment: Environment,
  withChanges = false,
): Promise<CheckResult[]> {
  let configured: Config;
  try {
    configured = readConfig(environment);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return [
      ...error.located.map((problem) => ({
        level: "fail" as const,
        subject: "configuration",
        sentence: problem.endsWith("?") ? problem : `${problem}.`,
      })),
      ...error.hints.map(warningOf),
    ];
  }
  const target = await targetOf(configured);
  const { config, result } = target;
  const egress = Egress.from(config);
  try {
    const results: CheckResult[] = [
      {
        level: "ok",
        subject: "configuration",
        sentence: "All settings are valid.",
      },
      ...config.warnings.map(warningOf),
      ...settingConflicts(configured).map(warningOf),
      result,
      ...(await checkAuthentication(config, egress)),
      ...(await checkState(config)),
    ];
    const directories = [...directoriesOf(config)];
    for (const [alias, directory] of directories) {
      const ofDirectory = await checkUpstream(directory, egress, withChanges);
      results.push(
        ...(directories.length > 1
          ? prefixSubject(alias, ofDirectory)
          : ofDirectory),
      );
    }
    return results;
  } finally {
    await target.stop();
  }
}

/** Reports settings that have no effect, or defeat each other. */
function warningOf(sentence: string): CheckResult {
  return { level: "warn", subject: "configuration", sentence };
}

/** The configured vendor, or an emulator that runs until `stop`. */
async function targetOf(config: Config): Promise<Target> {
  if (config.UPSTREAM_ENDPOINT !== undefined || config.directories.size > 0) {
    const sentence = "The vendor's endpoint is configured.";
    return {
      config,
      result: { level: "ok", subject: "target", sentence },
      stop: () => Promise.resolve(),
    };
  }
  const { startEmulator } = await import("../emulator/emulator.server.js");
  const emulator = await startEmulator({ seed: "sample" });
  return {
    config: withChanges(config, {
      UPSTREAM_ENDPOINT: emulator.url,
      UPSTREAM_CREDENTIALS: "keys",
      UPSTREAM_CREDENTIALS_FILE: undefined,
      ALIBABA_CLOUD_ACCESS_KEY_ID: "testid",
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: "testsecret",
      ALIBABA_CLOUD_SECURITY_TOKEN: undefined,
    }),
    result: {
      level: "ok",
      subject: "target",
      sentence:
        "No endpoint is configured: the embedded emulator is checked, without a cloud account.",
    },
    stop: () => emulator.stop(),
  };
}

/**
 * Prints the results of all checks.
 *
 * @param withChanges see `checkUpstream`
 * @returns the exit code: 1 if a check failed
 */
export async function doctor(
  environment: Environment,
  write: (text: string) => unknown,
  withChanges = false,
): Promise<number> {
  const results = await runChecks(environment, withChanges);
  const failures = results.filter(({ level }) => level === "fail").length;
  const summary =
    failures === 0
      ? "The gateway can start."
      : `${failures} ${failures === 1 ? "problem" : "problems"} found.`;
  write(`${formatResults(results)}\n\n${summary}\n`);
  return failures === 0 ? 0 : 1;
}
