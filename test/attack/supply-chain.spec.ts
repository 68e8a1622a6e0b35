import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
}

/** Every lock file of the repository, by folder. */
const LOCK_FILES = [
  "",
  "src/pages/browser/",
  "test/",
  "test/bench/",
  "test/clients/",
  "test/package/",
  "test/tools/",
];

function packagesOf(folder: string): Readonly<Record<string, Locked>> {
  const path = new URL(`../../${folder}package-lock.json`, import.meta.url);
  const { packages } = JSON.parse(readFileSync(path, "utf8")) as {
    packages: Readonly<Record<string, Locked>>;
  };
  return packages;
}

const packages = packagesOf("");

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly scarfSettings?: unknown;
}

function manifestOf(folder: string): Manifest {
  const path = new URL(`../../${folder}package.json`, import.meta.url);
  return JSON.parse(readFileSync(path, "utf8")) as Manifest;
}

const { dependencies = {}, scarfSettings } = manifestOf("");

/** Reviewed install scripts: one compares versions, one reports and is disabled. */
const KNOWN_SCRIPTS = ["@apollo/protobufjs", "@scarf/scarf"];

/** Minimum versions without known advisories, and the advisories. */
const LEAST: Readonly<Record<string, readonly [string, string]>> = {
  "@apollo/server": ["5.5.0", "GHSA-9q82-xgwf-vj6h"],
  graphql: ["16.11.0", "CVE-2023-26144"],
  "@nestjs/platform-fastify": [
    "11.1.24",
    "CVE-2025-69211, CVE-2026-2293, CVE-2026-54281",
  ],
  fastify: [
    "5.8.5",
    "CVE-2025-32442, CVE-2026-25223, CVE-2026-3419, CVE-2026-33806",
  ],
  "class-validator": ["0.14.0", "CVE-2019-18413"],
  validator: ["13.15.22", "CVE-2025-56200, CVE-2025-12758"],
  qs: ["6.14.2", "CVE-2025-15284, CVE-2026-2391"],
  "body-parser": ["2.2.1", "CVE-2024-45590, CVE-2025-13466"],
  "path-to-regexp": ["8.0.0", "CVE-2024-45296"],
  ws: ["8.17.1", "CVE-2024-37890"],
  xml2js: ["0.5.0", "CVE-2023-0842"],
  "json-bigint": ["1.0.0", "CVE-2020-8237"],
};

/** Packages that must not be installed. */
const NEVER = [
  "@nestjs/devtools-integration", // CVE-2025-54782: code execution by local CSRF
];

const nameOf = (path: string): string =>
  path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);

function isAtLeast(version: string, least: string): boolean {
  const [a, b] = [version, least].map((text) =>
    (text.split("-")[0] ?? "").split(".").map(Number),
  );
  for (let index = 0; index < 3; index += 1) {
    const difference = (a?.[index] ?? 0) - (b?.[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

const installed = Object.entries(packages).filter(([path]) => path !== "");

describe("the lock file", () => {
  it.each(Object.entries(LEAST))(
    "has no %s with a known advisory",
    (name, [least]) => {
      const versions = installed
        .filter(([path, { dev }]) => nameOf(path) === name && dev !== true)
        .map(([, { version }]) => version ?? "");
      for (const version of versions) {
        expect(isAtLeast(version, least) ? "" : version).toBe("");
      }
    },
  );

  it("compares versions as numbers", () => {
    expect(isAtLeast("5.10.0", "5.9.9")).toBe(true);
    expect(isAtLeast("5.5.0", "5.5.0")).toBe(true);
    expect(isAtLeast("5.4.99", "5.5.0")).toBe(false);
  });

  it("contains no forbidden package", () => {
    const names = installed.map(([path]) => nameOf(path));
    for (const name of NEVER) expect(names).not.toContain(name);
  });

  it.each(LOCK_FILES)(
    "holds a SHA-512 hash of every package and no registry address: %spackage-lock.json",
    (folder) => {
      const locked = Object.entries(packagesOf(folder)).filter(
        ([path, { link }]) => path.includes("node_modules/") && link !== true,
      );
      expect(locked.length).toBeGreaterThan(0);
      const loose = locked.filter(
        ([, { integrity = "", resolved }]) =>
          !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity) ||
          resolved !== undefined,
      );
      expect(loose.map(([path]) => path)).toEqual([]);
    },
  );

  it("allows no unreviewed install script in a production dependency", () => {
    const scripts = installed.filter(
      ([, { hasInstallScript, dev }]) =>
        hasInstallScript === true && dev !== true,
    );
    const names = scripts.map(([path]) => nameOf(path));
    expect(names.filter((name) => !KNOWN_SCRIPTS.includes(name))).toEqual([]);
    expect(scarfSettings).toEqual({ enabled: false });
  });

  // Two copies of a package do not recognise each other's objects. The vendor's client and
  // the OpenAPI validator have copies that no test imports.
  it("has no second copy of a dependency among the packages of the tests", () => {
    const copies = Object.keys(packagesOf("test/"))
      .map((path) => path.replace(/^node_modules\//, ""))
      .filter((name) => Object.hasOwn(dependencies, name));
    expect(copies).toEqual(["@alicloud/credentials", "lru-cache", "yaml"]);
  });

  it.each(LOCK_FILES)("pins exact versions: %spackage.json", (folder) => {
    const manifest = manifestOf(folder);
    const named = { ...manifest.dependencies, ...manifest.devDependencies };
    for (const [name, version] of Object.entries(named)) {
      expect(`${name} ${version}`).toMatch(/ \d+\.\d+\.\d+(?:-[\w.]+)?$/);
    }
  });
});
