import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseAllDocuments } from "yaml";

/** A Kubernetes object. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly [member: string]: unknown;
}

const KUBERNETES = fileURLToPath(
  new URL("../../deploy/kubernetes/", import.meta.url),
);

/** Folders with a kustomization, relative to `deploy/kubernetes`. */
export const FOLDERS = readdirSync(KUBERNETES, { recursive: true })
  .map(String)
  .filter((path) => path.endsWith("/kustomization.yaml"))
  .map((path) => path.replace("/kustomization.yaml", ""));

/** Documents of the YAML files in a folder of `deploy/kubernetes`. */
export function manifestsIn(folder: string): readonly Manifest[] {
  return readdirSync(`${KUBERNETES}${folder}`)
    .filter((file) => file.endsWith(".yaml"))
    .flatMap((file) =>
      documentsOf(readFileSync(`${KUBERNETES}${folder}/${file}`, "utf8")),
    );
}

/**
 * What `kubectl apply -k` sends to the cluster for a folder of `deploy/kubernetes`.
 *
 * @param files content of further files in that folder, by name
 * @throws {Error} with the message of kustomize
 */
export function kustomized(
  folder: string,
  files: Readonly<Record<string, string>> = {},
): readonly Manifest[] {
  const copy = mkdtempSync(join(tmpdir(), "kubernetes-"));
  try {
    cpSync(KUBERNETES, copy, { recursive: true });
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(copy, folder, name), text);
    }
    const { status, stdout, stderr } = spawnSync(
      "kubectl",
      ["kustomize", join(copy, folder)],
      { encoding: "utf8" },
    );
    if (status !== 0) throw new Error(stderr);
    return documentsOf(stdout);
  } finally {
    rmSync(copy, { recursive: true });
  }
}

/** Models of the Kubernetes API, with its published schemas. */
const models = createRequire(import.meta.url);

/** Groups that are not part of Kubernetes itself; there are no models of them. */
const CUSTOM = /^(?:monitoring\.coreos\.com|gateway\.networking\.k8s\.io)\//;

/**
 * Validates an object of Kubernetes' own API. Accepts custom resources.
 *
 * @throws {Error} naming what is invalid
 */
export function validate(manifest: Manifest): void {
  const { apiVersion, kind } = manifest;
  if (CUSTOM.test(apiVersion)) return;
  const { [kind]: Model } = models(
    `kubernetes-models/${apiVersion}/${kind}`,
  ) as Record<string, new (data: object) => { validate(): void }>;
  if (Model === undefined) throw new Error(`there is no model of ${kind}`);
  new Model(manifest).validate();
}

function documentsOf(text: string): Manifest[] {
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}
