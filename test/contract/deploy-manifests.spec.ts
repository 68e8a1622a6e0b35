import { readFileSync } from "node:fs";
import { describe, expect, it, test } from "@jest/globals";
import {
  prometheusRule,
  PROMETHEUS_RULE,
} from "../../src/build/prometheus-rule.js";
import { readConfig } from "../../src/config/read-config.js";
import { settings } from "../../src/config/settings.js";
import { graceMs } from "../../src/config/time-limits.js";
import { AFTER_WORKERS_MS } from "../../src/processes/primary.js";
import { isInstalled } from "../support/installed.js";
import {
  FOLDERS,
  kustomized,
  manifestsIn,
  validate,
  type Manifest,
} from "../support/manifests.js";
import { scraped } from "../support/metrics.js";
import { startBoth } from "../support/running.js";

const ROOT = new URL("../../", import.meta.url);
const NAME = "message-contacts-gateway";

const base = manifestsIn("base");

function manifest<T>(kind: string, from: readonly Manifest[] = base): T {
  const found = from.find((one) => one.kind === kind);
  if (found === undefined) throw new Error(`there is no ${kind}`);
  return found as T;
}

/** Settings of the ConfigMap. */
const delivered = Object.fromEntries(
  readFileSync(new URL("deploy/kubernetes/base/gateway.env", ROOT), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line): [string, string] => {
      const [name = "", ...value] = line.split("=");
      return [name, value.join("=")];
    }),
);

interface Container {
  readonly image: string;
  readonly envFrom: readonly object[];
  readonly env: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: object;
  }[];
  readonly ports: readonly {
    readonly name: string;
    readonly containerPort: number;
  }[];
  readonly resources: { readonly limits: { readonly memory: string } };
  readonly securityContext: object;
  readonly volumeMounts: readonly { readonly mountPath: string }[];
  readonly startupProbe: Probe;
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
}

interface SecretReference {
  readonly secretKeyRef: { readonly name: string; readonly key: string };
}

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
  readonly timeoutSeconds: number;
  readonly failureThreshold: number;
}

interface Deployment {
  readonly spec: {
    readonly template: {
      readonly metadata: {
        readonly labels: Record<string, string>;
        readonly annotations: Record<string, string>;
      };
      readonly spec: {
        readonly terminationGracePeriodSeconds: number;
        readonly securityContext: object;
        readonly topologySpreadConstraints: readonly {
          readonly topologyKey: string;
        }[];
        readonly containers: readonly Container[];
        readonly volumes: readonly {
          readonly secret: { readonly secretName: string };
        }[];
      };
    };
  };
}

const known = new Set(settings().map(({ name }) => name));

const unknownOf = (names: readonly string[]): string[] =>
  names.filter((name) => !known.has(name));

const SECRETS = [
  "ALIBABA_CLOUD_ACCESS_KEY_ID",
  "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
  "ALIBABA_CLOUD_SECURITY_TOKEN",
  "REDIS_URL",
  "STATE_SECRET",
  "OTEL_EXPORTER_OTLP_HEADERS",
];

const deployment = manifest<Deployment>("Deployment").spec.template;
const container = onlyContainer(deployment);

function onlyContainer(template: Deployment["spec"]["template"]): Container {
  const [only] = template.spec.containers;
  if (only === undefined) throw new Error("there is no container");
  return only;
}

const objects = FOLDERS.flatMap(manifestsIn).filter(
  ({ apiVersion }) => !apiVersion.startsWith("kustomize.config.k8s.io/"),
);

test.each(objects)("$kind is valid for the Kubernetes API", (one) => {
  expect(() => validate(one)).not.toThrow();
  expect(one.metadata).toMatchObject({
    name: NAME,
    labels: { "app.kubernetes.io/name": NAME },
  });
});

test("gives the Prometheus operator the delivered alerts", () => {
  const text = readFileSync(new URL(PROMETHEUS_RULE, ROOT), "utf8");
  expect(text).toBe(prometheusRule());
});

const hasKubectl = isInstalled(
  "kubectl",
  "https://kubernetes.io/docs/tasks/tools/ (no cluster is needed)",
);

(hasKubectl ? describe : describe.skip)("kustomize", () => {
  const built = (): readonly Manifest[] => kustomized("overlays/example");

  it.each(["base", "overlays/example"])("builds %s", (folder) => {
    for (const one of kustomized(folder)) {
      expect(() => validate(one)).not.toThrow();
    }
  });

  it("builds every object that is delivered", () => {
    const kinds = new Set(objects.map(({ kind }) => kind));
    // Either an Ingress or an HTTPRoute; the example has the first.
    kinds.delete("HTTPRoute");
    kinds.add("ConfigMap");
    expect(new Set(built().map(({ kind }) => kind))).toEqual(kinds);
  });

  it("restarts the pods when a setting changes", () => {
    const { metadata } = manifest<Manifest>("ConfigMap", built());
    expect(metadata.name).toMatch(new RegExp(`^${NAME}-[a-z0-9]{10}$`));
    const { envFrom } = onlyContainer(
      manifest<Deployment>("Deployment", built()).spec.template,
    );
    expect(envFrom).toEqual([{ configMapRef: { name: metadata.name } }]);
    const [other] = kustomized("base").filter(
      ({ kind }) => kind === "ConfigMap",
    );
    // The example has other settings than the base.
    expect(other?.metadata.name).not.toBe(metadata.name);
  });

  it("restarts the pods when a secret changes, if kustomize makes the Secret", () => {
    const keys = container.env.flatMap(({ valueFrom }) =>
      valueFrom === undefined
        ? []
        : [(valueFrom as SecretReference).secretKeyRef.key],
    );
    const namesFor = (value: string): readonly string[] => {
      const all = kustomized("overlays/example-secret", {
        "secrets.env": keys.map((key) => `${key}=${value}`).join("\n"),
        "api-keys.json": "{}",
      });
      for (const one of all) expect(() => validate(one)).not.toThrow();
      const secret = manifest<Manifest & { data: object }>("Secret", all);
      expect(Object.keys(secret.data).sort()).toEqual(
        ["api-keys.json", ...keys].sort(),
      );
      const { template } = manifest<Deployment>("Deployment", all).spec;
      const { env } = onlyContainer(template);
      const names = [
        ...env.flatMap(({ valueFrom }) =>
          valueFrom === undefined
            ? []
            : [(valueFrom as SecretReference).secretKeyRef.name],
        ),
        ...template.spec.volumes.map((volume) => volume.secret.secretName),
      ];
      expect(new Set(names)).toEqual(new Set([secret.metadata.name]));
      return names;
    };
    expect(namesFor("one")[0]).toMatch(new RegExp(`^${NAME}-[a-z0-9]{10}$`));
    expect(namesFor("one")).toEqual(namesFor("one"));
    expect(namesFor("two")[0]).not.toBe(namesFor("one")[0]);
  });

  it("puts all objects into one namespace, and takes the image from there", () => {
    const spaces = built().map(({ metadata }) => metadata.namespace);
    expect(new Set(spaces)).toEqual(new Set(["message-contacts"]));
    const { image } = onlyContainer(
      manifest<Deployment>("Deployment", built()).spec.template,
    );
    expect(image).toMatch(/^registry\.example\.com\/[^:]+:\d+\.\d+\.\d+$/);
  });

  it("sets only known settings", () => {
    const { data } = manifest<{ data: object }>("ConfigMap", built());
    expect(unknownOf(Object.keys(data))).toEqual([]);
  });
});

test("sets only known settings, secrets by reference", () => {
  const names = [
    ...Object.keys(delivered),
    ...container.env.map(({ name }) => name),
  ];
  expect(unknownOf(names)).toEqual([]);
  for (const { name, value, valueFrom } of container.env) {
    const isSecret = SECRETS.includes(name);
    expect([name, value === undefined]).toEqual([name, isSecret]);
    expect([name, valueFrom !== undefined]).toEqual([name, isSecret]);
  }
  for (const name of SECRETS) expect(delivered).not.toHaveProperty(name);
});

test("probes existing paths on the port that serves them", async () => {
  const ports = Object.fromEntries(
    container.ports.map(({ name, containerPort }) => [name, containerPort]),
  );
  expect(ports).toEqual({ http: 3000, ops: 3001 });
  const running = await startBoth();
  try {
    for (const probe of ["startup", "liveness", "readiness"] as const) {
      const { path, port } = container[`${probe}Probe`].httpGet;
      expect(port).toBe("ops");
      const { status } = await fetch(`${running.gateway.opsUrl}${path}`);
      expect(status).toBe(200);
    }
    const { annotations } = deployment.metadata;
    expect(annotations["prometheus.io/path"]).toBe("/metrics");
    expect(annotations["prometheus.io/port"]).toBe("3001");
    const samples = await scraped(running.gateway.opsUrl);
    expect(samples.size).toBeGreaterThan(10);
  } finally {
    await running.stop();
  }
});

test("runs with a read-only file system, without privileges, not as root", () => {
  expect(container.securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  });
  // OpenShift's restricted-v2 rejects a fixed uid, gid or group of volumes.
  expect(deployment.spec.securityContext).toEqual({
    runAsNonRoot: true,
    seccompProfile: { type: "RuntimeDefault" },
  });
});

/** Maximum duration of a shutdown with these settings, in seconds, workers included. */
function shutdownSeconds(
  environment: Readonly<Record<string, string>>,
): number {
  const names = [
    "DRAIN_SECONDS",
    "WRITE_DEADLINE_MS",
    "SHUTDOWN_GRACE_SECONDS",
  ];
  const config = readConfig(
    Object.fromEntries(names.map((name) => [name, environment[name]])),
  );
  return (graceMs(config) + AFTER_WORKERS_MS) / 1_000;
}

test("has a grace period longer than the shutdown", () => {
  const values = new Map(Object.entries(delivered));
  for (const { name, value = "" } of container.env) values.set(name, value);
  const environment = Object.fromEntries(values);
  const { terminationGracePeriodSeconds } = deployment.spec;
  expect(terminationGracePeriodSeconds).toBeGreaterThan(
    shutdownSeconds(environment),
  );
});

test("restarts a process that does not respond to its liveness probe", () => {
  const { timeoutSeconds, failureThreshold } = container.livenessProbe;
  expect(timeoutSeconds).toBeGreaterThan(0);
  expect(failureThreshold).toBeGreaterThan(1);
});

test("selects the pods of the deployment", () => {
  const labels = deployment.metadata.labels;
  const selectors = [
    manifest<{ spec: { selector: object } }>("Service").spec.selector,
    manifest<{ spec: { selector: { matchLabels: object } } }>(
      "PodDisruptionBudget",
    ).spec.selector.matchLabels,
    manifest<{ spec: { podSelector: { matchLabels: object } } }>(
      "NetworkPolicy",
    ).spec.podSelector.matchLabels,
    manifest<{ spec: { selector: { matchLabels: object } } }>("Deployment").spec
      .selector.matchLabels,
  ];
  for (const selector of selectors) expect(labels).toMatchObject(selector);
});

test("spreads the pods over zones and nodes", () => {
  const keys = deployment.spec.topologySpreadConstraints.map(
    ({ topologyKey }) => topologyKey,
  );
  expect(keys).toEqual([
    "topology.kubernetes.io/zone",
    "kubernetes.io/hostname",
  ]);
});

interface Peer {
  readonly ipBlock?: { readonly cidr: string; readonly except?: string[] };
  readonly namespaceSelector?: { readonly matchLabels: object };
}

interface NetworkPolicy {
  readonly spec: {
    readonly egress: readonly {
      readonly to?: readonly Peer[];
      readonly ports: readonly { readonly port: number }[];
    }[];
  };
}

test("allows DNS of the node and HTTPS over IPv6, but no metadata service", () => {
  const { egress } = manifest<NetworkPolicy>("NetworkPolicy").spec;
  const blocksOf = (port: number): readonly Peer["ipBlock"][] =>
    egress
      .filter(({ ports }) => ports.some((one) => one.port === port))
      .flatMap(({ to = [] }) => to.map(({ ipBlock }) => ipBlock))
      .filter((block) => block !== undefined);
  // The address that NodeLocal DNSCache uses by default.
  expect(blocksOf(53)).toEqual([{ cidr: "169.254.20.10/32" }]);
  const https = blocksOf(443);
  expect(https.map((block) => block?.cidr)).toEqual(["0.0.0.0/0", "::/0"]);
  expect(https.flatMap((block) => block?.except)).toEqual(
    expect.arrayContaining([
      "100.100.100.200/32",
      "169.254.0.0/16",
      "fe80::/10",
    ]),
  );
});

test("routes requests to the port of the Service", () => {
  const [port] = manifest<{
    spec: { ports: { name: string; port: number }[] };
  }>("Service").spec.ports;
  const service = { name: NAME, port: { name: port?.name } };
  const { rules } = manifest<{
    spec: { rules: { http: { paths: { backend: object }[] } }[] };
  }>("Ingress", manifestsIn("components/ingress")).spec;
  expect(rules[0]?.http.paths[0]?.backend).toEqual({ service });
  const route = manifest<{ spec: { rules: { backendRefs: object[] }[] } }>(
    "HTTPRoute",
    manifestsIn("components/http-route"),
  ).spec;
  expect(route.rules[0]?.backendRefs).toEqual([
    { name: NAME, port: port?.port },
  ]);
});

test("scrapes the port of the metrics", () => {
  const { spec } = manifest<{
    spec: {
      selector: { matchLabels: object };
      podMetricsEndpoints: { port: string; path: string }[];
    };
  }>("PodMonitor", manifestsIn("components/prometheus-operator"));
  expect(deployment.metadata.labels).toMatchObject(spec.selector.matchLabels);
  expect(spec.podMetricsEndpoints).toEqual([
    expect.objectContaining({ port: "ops", path: "/metrics" }),
  ]);
});
