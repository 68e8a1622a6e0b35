import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { beforeAll, expect, test } from "@jest/globals";
import { parse, parseAllDocuments } from "yaml";
import { readConfig } from "../../src/config/read-config.js";
import { settings } from "../../src/config/settings.js";
import {
  heapLimitOf,
  MAX_HEAP_SHARE,
  memoryLimitOf,
  NODE_OPTIONS,
} from "../support/heap-limit.js";
import { graceMs } from "../../src/config/time-limits.js";
import { AFTER_WORKERS_MS } from "../../src/processes/primary.js";
import { scraped } from "../support/metrics.js";
import { startBoth } from "../support/running.js";

const ROOT = new URL("../../", import.meta.url);
const KUBERNETES = new URL("deploy/kubernetes/base/", ROOT);

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata?: { readonly name: string };
  readonly [member: string]: unknown;
}

const files = readdirSync(KUBERNETES);
const manifests = files.flatMap((file) =>
  parseAllDocuments(readFileSync(new URL(file, KUBERNETES), "utf8")).map(
    (document) => document.toJS() as Manifest,
  ),
);

function manifest<T>(kind: string): T {
  const found = manifests.find((one) => one.kind === kind);
  if (found === undefined) throw new Error(`there is no ${kind}`);
  return found as T;
}

interface Container {
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
        readonly containers: readonly Container[];
      };
    };
  };
}

const known = new Set(settings().map(({ name }) => name));

const unknownOf = (names: readonly string[]): string[] =>
  names.filter((name) => !known.has(name) && name !== NODE_OPTIONS);

const SECRETS = [
  "ALIBABA_CLOUD_ACCESS_KEY_ID",
  "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
  "ALIBABA_CLOUD_SECURITY_TOKEN",
  "REDIS_URL",
  "STATE_SECRET",
  "OTEL_EXPORTER_OTLP_HEADERS",
];

let deployment: Deployment["spec"]["template"];
let container: Container;

beforeAll(() => {
  deployment = manifest<Deployment>("Deployment").spec.template;
  const [only] = deployment.spec.containers;
  if (only === undefined) throw new Error("there is no container");
  container = only;
});

/** Models of the Kubernetes API, with its published schemas. */
const models = createRequire(import.meta.url);

test.each(manifests.filter(({ kind }) => kind !== "Kustomization"))(
  "$kind is valid for the Kubernetes API",
  (one) => {
    const path = `kubernetes-models/${one.apiVersion}/${one.kind}`;
    const { [one.kind]: Model } = models(path) as Record<
      string,
      new (data: object) => { validate(): void }
    >;
    if (Model === undefined) throw new Error(`no model of ${one.kind}`);
    expect(() => new Model(one).validate()).not.toThrow();
  },
);

test("lists every manifest in the kustomization, all named after the gateway", () => {
  const { resources } = manifest<{ resources: string[] }>("Kustomization");
  expect([...resources, "kustomization.yaml"].sort()).toEqual(files.sort());
  for (const { kind, metadata } of manifests) {
    if (kind === "Kustomization") continue;
    expect([kind, metadata?.name]).toEqual([kind, "message-contacts-gateway"]);
  }
});

test("sets only known settings, secrets by reference", () => {
  const { data } = manifest<{ data: Record<string, string> }>("ConfigMap");
  const names = [
    ...Object.keys(data),
    ...container.env.map(({ name }) => name),
  ];
  expect(unknownOf(names)).toEqual([]);
  for (const { name, value, valueFrom } of container.env) {
    const isSecret = SECRETS.includes(name);
    expect([name, value === undefined]).toEqual([name, isSecret]);
    expect([name, valueFrom !== undefined]).toEqual([name, isSecret]);
  }
  for (const name of SECRETS) expect(data).not.toHaveProperty(name);
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
  expect(deployment.spec.securityContext).toMatchObject({
    runAsNonRoot: true,
    runAsUser: 1000,
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
  const { data } = manifest<{ data: Record<string, string> }>("ConfigMap");
  const values = new Map(Object.entries(data));
  for (const { name, value = "" } of container.env) values.set(name, value);
  const environment = Object.fromEntries(values);
  const { terminationGracePeriodSeconds } = deployment.spec;
  expect(terminationGracePeriodSeconds).toBeGreaterThan(
    shutdownSeconds(environment),
  );
});

test("has a grace period longer than the shutdown in compose.yaml", () => {
  const { services } = parse(
    readFileSync(new URL("compose.yaml", ROOT), "utf8"),
  ) as {
    services: Readonly<
      Record<string, Service & { readonly stop_grace_period?: string }>
    >;
  };
  const { environment = {}, stop_grace_period: period = "" } =
    services["gateway"] ?? {};
  expect(period).toMatch(/^\d+s$/);
  expect(Number.parseInt(period)).toBeGreaterThan(shutdownSeconds(environment));
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

test("sets a heap limit that fits the memory limit of the container", () => {
  const options = container.env.find(({ name }) => name === NODE_OPTIONS);
  const memory = memoryLimitOf(container.resources.limits.memory);
  const { data } = manifest<{ data: Record<string, string> }>("ConfigMap");
  const processes = Number(data["WEB_CONCURRENCY"] ?? 1);
  const heap = heapLimitOf(options?.value) * processes;
  expect(heap).toBeLessThanOrEqual(memory * MAX_HEAP_SHARE);
  // A smaller limit would waste most of the reserved memory.
  expect(heap).toBeGreaterThan(memory * 0.4);
});

interface Service {
  readonly mem_limit?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly read_only?: boolean;
  readonly network_mode?: string;
  readonly ports?: readonly string[];
  readonly command?: readonly string[];
}

test("composes read-only services with known settings", () => {
  const { services } = parse(
    readFileSync(new URL("compose.yaml", ROOT), "utf8"),
  ) as { services: Readonly<Record<string, Service>> };
  const { gateway, emulator, valkey } = services;
  expect([gateway?.read_only, emulator?.read_only]).toEqual([true, true]);
  const names = Object.keys({
    ...gateway?.environment,
    ...emulator?.environment,
  }).filter((name) => name !== "EMULATOR_PORT");
  expect(unknownOf(names)).toEqual([]);
  const heap = heapLimitOf(gateway?.environment?.[NODE_OPTIONS]);
  const memory = memoryLimitOf(gateway?.mem_limit);
  expect(heap).toBeLessThanOrEqual(memory * MAX_HEAP_SHARE);
  expect(gateway?.ports).toEqual(["3000:3000", "127.0.0.1:3001:3001"]);
  // The emulator listens on loopback only, in the network of the gateway.
  expect(emulator?.network_mode).toBe("service:gateway");
  expect(gateway?.environment?.["UPSTREAM_ENDPOINT"]).toContain(
    `http://127.0.0.1:${emulator?.environment?.["EMULATOR_PORT"]}`,
  );
  expect(valkey).toBeDefined();
});
