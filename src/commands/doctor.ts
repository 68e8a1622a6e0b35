import {
  withChanges,
  ConfigError,
  readConfig,
  type Config,
} from "../config/config.js";
import { directoriesOf } from "../upstream/upstream.module.js";
import { prefixSubject, printed, type CheckResult } from "./check-result.js";
import { checkSignIn } from "./sign-in-check.js";
import { checkState } from "./state-check.js";
import { checkVendor } from "./upstream-check.js";

/** What ends with the checks. */
interface Target {
  readonly config: Config;
  readonly finding: CheckResult;
  stop(): Promise<void>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Checks everything that the gateway will need, and tells what is wrong.
 *
 * @returns the findings; of a configuration that cannot be read, only that
 */
export async function examine(
  environment: Environment,
): Promise<CheckResult[]> {
  let given: Config;
  try {
    given = readConfig(environment);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((problem) => ({
      level: "fail",
      subject: "configuration",
      sentence: `${problem}.`,
    }));
  }
  const target = await targetOf(given);
  const { config, finding } = target;
  try {
    const findings: CheckResult[] = [
      {
        level: "ok",
        subject: "configuration",
        sentence: "All settings can be used.",
      },
      finding,
      ...(await checkSignIn(config)),
      await checkState(config),
    ];
    const directories = [...directoriesOf(config)];
    for (const [alias, directory] of directories) {
      const found = await checkVendor(directory);
      findings.push(
        ...(directories.length > 1 ? prefixSubject(alias, found) : found),
      );
    }
    return findings;
  } finally {
    await target.stop();
  }
}

/** The configured vendor, or an emulator for as long as it is looked at. */
async function targetOf(config: Config): Promise<Target> {
  if (config.UPSTREAM_ENDPOINT !== undefined || config.directories.size > 0) {
    const sentence = "A vendor's endpoint is configured.";
    return {
      config,
      finding: { level: "ok", subject: "target", sentence },
      stop: () => Promise.resolve(),
    };
  }
  const { startEmulator } = await import("../emulator/emulator.server.js");
  const emulator = await startEmulator({ seed: "sample" });
  return {
    config: withChanges(config, {
      UPSTREAM_ENDPOINT: emulator.url,
      UPSTREAM_CREDENTIALS: "keys",
      ALIBABA_CLOUD_ACCESS_KEY_ID: "testid",
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: "testsecret",
      ALIBABA_CLOUD_SECURITY_TOKEN: undefined,
    }),
    finding: {
      level: "ok",
      subject: "target",
      sentence:
        "No endpoint is configured: the embedded emulator is looked at. No cloud account is used.",
    },
    stop: () => emulator.stop(),
  };
}

/** Prints the findings; 0 unless one of them is a failure. */
export async function doctor(
  environment: Environment,
  write: (text: string) => unknown,
): Promise<number> {
  const findings = await examine(environment);
  const failures = findings.filter(({ level }) => level === "fail").length;
  const verdict =
    failures === 0
      ? "The gateway can start."
      : `${failures} ${failures === 1 ? "problem" : "problems"} to solve.`;
  write(`${printed(findings)}\n\n${verdict}\n`);
  return failures === 0 ? 0 : 1;
}
