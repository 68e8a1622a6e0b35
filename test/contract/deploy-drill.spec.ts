import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import { NOT_DRIVEN } from "../drill/failing-services.js";
import { alertsIn, shortenedRules } from "../drill/rules.js";
import { STEPS, withoutStep } from "../drill/steps.js";
import { isInstalled } from "../support/installed.js";

const RULES = readFileSync(
  new URL("../../deploy/prometheus/alerts.yaml", import.meta.url),
  "utf8",
);
const rules = shortenedRules(RULES);
const alerts = alertsIn(rules);

describe("the drill", () => {
  const folder = mkdtempSync(join(tmpdir(), "drill-rules-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it("has a step for each alert, or says why not", () => {
    expect(withoutStep(alerts)).toEqual([]);
    const expected = STEPS.flatMap((step) => step.alerts);
    for (const alert of [...expected, ...Object.keys(NOT_DRIVEN)]) {
      expect(alerts).toContain(alert);
    }
    for (const alert of Object.keys(NOT_DRIVEN)) {
      expect(expected).not.toContain(alert);
    }
  });

  it("divides every duration of the delivered rules by 60, and nothing else", () => {
    const [gone] = rules.groups[0]?.rules ?? [];
    expect(gone).toMatchObject({
      expr: "absent(message_contacts_build_info)",
      for: "2000ms",
      labels: { severity: "critical" },
    });
    const ruleOf = (alert: string): string | undefined =>
      rules.groups[0]?.rules.find((rule) => rule.alert === alert)?.expr;
    expect(ruleOf("MessageContactsDeletionStuck")).toBe(
      "max(message_contacts_deletion_oldest_seconds) > 60",
    );
    expect(ruleOf("MessageContactsSlow")).toMatch(/\[10000ms\].*> 10$/);
    const text = JSON.stringify(rules);
    expect(text).not.toMatch(/\[\d+[smh]\]|"for":"\d+[smh]"/);
  });

  const hasPromtool = isInstalled(
    "promtool",
    "apt-get install -y prometheus (Debian), brew install prometheus (macOS)",
  );
  (hasPromtool ? it : it.skip)("gives Prometheus valid rules", () => {
    const file = join(folder, "rules.yaml");
    writeFileSync(file, JSON.stringify(rules));
    const { status, stderr } = spawnSync("promtool", ["check", "rules", file], {
      encoding: "utf8",
    });
    expect([status, stderr]).toEqual([0, ""]);
  });
});
