import { isInstalled } from "../support/installed.js";
import { hasNginx } from "../support/nginx.js";
import { hasRedisServer } from "../support/redis-server.js";
import { NOT_DRIVEN } from "./failing-services.js";
import { reportOf, writeReport } from "./report.js";
import { Scene } from "./scene.js";
import { runStep, type Step, type StepResult } from "./step.js";
import { STEPS } from "./steps.js";

/** The drill fails when it takes longer. */
const MAX_MINUTES = 15;

/** Time for changes that clients still repeat after the last step, in milliseconds. */
const FINISH_MS = 60_000;

/** `--only pattern`: only steps whose title matches the regular expression. */
function chosenSteps(): readonly Step[] {
  const at = process.argv.indexOf("--only");
  const pattern = new RegExp(at < 0 ? "" : (process.argv[at + 1] ?? ""));
  return STEPS.filter(({ title }) => pattern.test(title));
}

async function drill(): Promise<readonly string[]> {
  const steps = chosenSteps();
  const scene = await Scene.start();
  const timer = setTimeout(() => {
    process.stderr.write(`The drill takes longer than ${MAX_MINUTES} min.\n`);
    void scene.stop().finally(() => process.exit(1));
  }, MAX_MINUTES * 60_000);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      void scene.stop().finally(() => process.exit(1));
    });
  }
  try {
    const results: StepResult[] = [];
    const skipped = new Map<string, string>();
    for (const step of steps) {
      const obstacle = step.obstacle?.(scene) ?? null;
      if (obstacle !== null) {
        skipped.set(step.title, obstacle);
        continue;
      }
      const result = await runStep(scene, step);
      results.push(result);
      process.stderr.write(
        `${result.problems.length === 0 ? "ok  " : "FAIL"} ${result.seconds} s  ${step.title}${result.problems.map((problem) => `\n     ${problem}`).join("")}\n`,
      );
    }
    const verdict = await scene.users.stop(FINISH_MS);
    const report = reportOf(results, skipped, NOT_DRIVEN, verdict);
    process.stdout.write(`\n${report}\n`);
    if (process.argv.includes("--write")) writeReport(report);
    const { lost, doubled, denied, unfinished } = verdict;
    return [
      ...results.flatMap(({ title, problems }) =>
        problems.map((problem) => `${title}: ${problem}`),
      ),
      ...Object.entries({ lost, doubled, denied, unfinished })
        .filter(([, count]) => count > 0)
        .map(([what, count]) => `${count} changes are ${what}`),
    ];
  } finally {
    clearTimeout(timer);
    await scene.stop();
  }
}

const hasAll = [
  hasRedisServer(),
  hasNginx(),
  isInstalled("prometheus", "apt-get install -y prometheus (Debian)"),
].every(Boolean);
if (!hasAll) process.exit(0);
const problems = await drill();
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exit(problems.length === 0 ? 0 : 1);
