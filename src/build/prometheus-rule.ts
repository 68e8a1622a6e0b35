import { readFileSync } from "node:fs";
import { parse, stringify } from "yaml";

/** Rules as Prometheus reads them; the only place where alerts are written. */
const RULES = "deploy/prometheus/alerts.yaml";

/** The same rules for the Prometheus operator, generated. */
export const PROMETHEUS_RULE =
  "deploy/kubernetes/components/prometheus-operator/prometheus-rule.yaml";

/** Text of the file `PROMETHEUS_RULE`. Paths are relative to the root of the repository. */
export function prometheusRule(): string {
  const name = "message-contacts-gateway";
  const manifest = {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: { name, labels: { "app.kubernetes.io/name": name } },
    spec: parse(readFileSync(RULES, "utf8")) as object,
  };
  return `# Generated from ${RULES} by \`npm run docs\`; do not edit.\n${stringify(manifest, { lineWidth: 0 })}`;
}
