import { readFileSync } from "node:fs";
import { parse } from "yaml";

/** Labels of a target, besides `job` and `instance`. */
export interface PodLabels {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly endpoint: string;
}

/** The namespace in which the drill pretends to run; any name works. */
const NAMESPACE = "gateways";

interface PodMonitor {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly podMetricsEndpoints: readonly { readonly port: string }[];
  };
}

const monitor = parse(
  readFileSync(
    "deploy/kubernetes/components/prometheus-operator/pod-monitor.yaml",
    "utf8",
  ),
) as PodMonitor;

/** Labels that the Prometheus operator derives from the delivered PodMonitor. */
export const PODS = {
  job: `${NAMESPACE}/${monitor.metadata.name}`,
  labelsOf: (pod: string): PodLabels => ({
    namespace: NAMESPACE,
    pod,
    container: "gateway",
    endpoint: monitor.spec.podMetricsEndpoints[0]?.port ?? "",
  }),
};

/** Settings of the delivered ConfigMap. */
export function deliveredSettings(): Readonly<Record<string, string>> {
  const lines = readFileSync(
    "deploy/kubernetes/base/gateway.env",
    "utf8",
  ).split("\n");
  return Object.fromEntries(
    lines
      .filter((line) => /^[A-Z]/.test(line))
      .map((line) => {
        const at = line.indexOf("=");
        return [line.slice(0, at), line.slice(at + 1)];
      }),
  );
}
