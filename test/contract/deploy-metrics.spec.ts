import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { parser } from "@prometheus-io/lezer-promql";
import { parse } from "yaml";
import { startBoth, type Running } from "../support/running.js";

const read = (path: string): string =>
  readFileSync(new URL(`../../deploy/${path}`, import.meta.url), "utf8");

interface Panel {
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { x: number; y: number; w: number; h: number };
  readonly targets?: readonly { readonly expr: string }[];
}

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: {
    readonly summary: string;
    readonly description: string;
    readonly runbook: string;
  };
}

const dashboard = JSON.parse(read("grafana/dashboard.json")) as {
  panels: Panel[];
};
const runbook = readFileSync(
  new URL("../../docs/operations.md", import.meta.url),
  "utf8",
);
const { groups } = parse(read("prometheus/alerts.yaml")) as {
  groups: { rules: Alert[] }[];
};
const alerts = groups.flatMap(({ rules }) => rules);
const panels = dashboard.panels.filter(({ type }) => type !== "row");

/** Replaces the variables of Grafana, as Grafana does before it queries Prometheus. */
const plain = (expr: string): string =>
  expr.replaceAll("$__rate_interval", "5m").replaceAll("$instance", ".*");

const expressions = [
  ...panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
  ...alerts.map(({ expr }) => expr),
].map(plain);

let running: Running;
/** Types of all metric families in `/metrics`, by name. */
let families: Map<string, string>;
let scraped: string;

beforeAll(async () => {
  running = await startBoth();
  const { gateway } = running;
  await fetch(`${gateway.url}/v1/message-contacts`);
  scraped = await (await fetch(`${gateway.opsUrl}/metrics`)).text();
  families = new Map(
    [...scraped.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [
      name ?? "",
      type ?? "",
    ]),
  );
});

afterAll(() => running.stop());

function metricsIn(expr: string): string[] {
  const names: string[] = [];
  parser.parse(expr).iterate({
    enter: ({ name, from, to }) => {
      if (name === "⚠") throw new Error(`not PromQL: ${expr}`);
      if (name === "Identifier") names.push(expr.slice(from, to));
    },
  });
  return names;
}

/** The metric family of a sample. */
const familyOf = (name: string): string => {
  const histogram = name.replace(/_(?:bucket|sum|count)$/, "");
  return families.get(histogram) === "histogram" ? histogram : name;
};

test("queries only exported metrics, in valid PromQL", () => {
  for (const expr of expressions) {
    const names = metricsIn(expr).filter((name) => name !== "up");
    for (const name of names) {
      expect([...families.keys()]).toContain(familyOf(name));
    }
  }
});

test("uses each of our metrics in a panel or an alert", () => {
  const used = new Set(expressions.flatMap(metricsIn).map(familyOf));
  const ours = [...families.keys()].filter((name) =>
    name.startsWith("message_contacts_"),
  );
  expect(ours.length).toBeGreaterThan(10);
  expect(ours.filter((name) => !used.has(name))).toEqual([]);
});

test("groups by existing labels", () => {
  const labels = new Set(
    ["le", "instance", "job", "kind"].concat(
      [...scraped.matchAll(/(\w+)="/g)].map(([, label]) => label ?? ""),
      // Labels of metrics that have no samples yet.
      ["limit", "verdict", "code", "outcome", "directory", "issuer"],
    ),
  );
  for (const expr of expressions) {
    for (const [, list = ""] of expr.matchAll(/by \(([^)]*)\)/g)) {
      for (const label of list.split(", "))
        expect([...labels]).toContain(label);
    }
  }
});

test("describes every panel, and no panels overlap", () => {
  for (const { description, title } of panels) {
    expect([title, description]).toEqual([title, expect.stringMatching(/\.$/)]);
  }
  const cells = new Set<string>();
  for (const { gridPos } of dashboard.panels) {
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
        expect(cells.has(`${x} ${y}`)).toBe(false);
        cells.add(`${x} ${y}`);
      }
    }
    expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
  }
});

test("gives every alert a severity, a summary and a description", () => {
  const names = alerts.map(({ alert }) => alert);
  expect(new Set(names).size).toBe(names.length);
  for (const { alert, labels, annotations } of alerts) {
    expect(["critical", "warning"]).toContain(labels.severity);
    expect(annotations.summary).toMatch(/\.$/);
    expect(annotations.description).toMatch(/\.$/);
    expect(annotations.runbook).toBe(
      `docs/operations.md#${alert.toLowerCase()}`,
    );
    expect(runbook).toContain(`\n### ${alert}\n`);
  }
});
