import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, it } from "@jest/globals";

const ROOT = new URL("../../", import.meta.url);

/** Folders without sources: installed or generated. */
const SKIPPED = new Set([
  ".git",
  "node_modules",
  "dist",
  "coverage",
  "build",
  "generated",
  "__generated__",
]);

/** This file, which contains the forbidden texts itself. */
const SELF = "test/contract/citations.spec.ts";

/** Names of documents outside this repository, and references to their sections. */
const FOREIGN: readonly RegExp[] = [
  /\breliability polic(?:y|ies)\b/i,
  /\bsecurity goals?\b/i,
  /\bdesign (?:document|doc)\b/i,
  /\bstyle guide\b/i,
  // Numbers of requirements that are listed elsewhere, such as "R7 twice the peak".
  /(?:^|["'`(\s])[RS]\d{1,2}(?:, [RS]\d{1,2})*(?=[\s):,.])/,
];

/** Files that comments may cite although they are not in the repository, with the reason. */
const OTHER_FILES: Readonly<Record<string, string>> = {
  "keys.json": "written by an operator, as the README shows",
  "api-keys.json": "written by an operator, as the README shows",
};

/**
 * Citations that are still there, as `file: citation`. To be emptied: an entry that is
 * no longer needed fails the test.
 */
const KNOWN: readonly string[] = [];

interface Citation {
  readonly file: string;
  readonly text: string;
}

function filesBelow(folder: string): string[] {
  return readdirSync(new URL(folder, ROOT), { withFileTypes: true }).flatMap(
    (entry) => {
      if (SKIPPED.has(entry.name)) return [];
      const path = `${folder}${entry.name}`;
      return entry.isDirectory() ? filesBelow(`${path}/`) : [path];
    },
  );
}

const files = filesBelow("./").map((path) => path.slice(2));
const names = new Set(files.map((path) => basename(path)));
const texts = files
  .filter((path) => path !== SELF && isText(path))
  .map((path) => ({ path, text: readFileSync(new URL(path, ROOT), "utf8") }));

function isText(path: string): boolean {
  return (
    /\.(?:ts|js|md|ya?ml|graphql|css)$/.test(path) ||
    ["Dockerfile", ".ci/run"].includes(path)
  );
}

/**
 * Comments of a source file, or the whole text of any other file. The media
 * range of every type contains the beginning of a comment, but is none.
 */
function commentsOf(path: string, text: string): string {
  if (!/\.[tj]s$/.test(path)) return text;
  return [...text.matchAll(/(?<!\*)\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm)]
    .map(([comment]) => comment)
    .join("\n");
}

/** Documents and data files that a text cites by name, except in URLs. */
function filesCitedIn(text: string): string[] {
  return [...text.matchAll(/(?<![\w/.:-])[\w./-]*\w\.(?:md|json|pdf)\b/g)]
    .map(([found]) => found)
    .filter((found) => !found.startsWith("/"));
}

describe("comments, tests and documents", () => {
  const foreign: Citation[] = texts.flatMap(({ path, text }) =>
    FOREIGN.flatMap((pattern) => {
      const [found] = pattern.exec(text) ?? [];
      return found === undefined
        ? []
        : [{ file: path, text: found.replace(/^\W/, "") }];
    }),
  );
  const missing: Citation[] = texts
    // Documents also name files of their readers. docs-links.spec.ts checks their links.
    .filter(({ path }) => !path.endsWith(".md"))
    .flatMap(({ path, text }) =>
      filesCitedIn(commentsOf(path, text))
        .filter((cited) => !names.has(basename(cited)))
        .filter((cited) => !Object.hasOwn(OTHER_FILES, basename(cited)))
        .map((cited) => ({ file: path, text: cited })),
    );

  it("cite no document that is not in the repository", () => {
    const found = [...foreign, ...missing].map(
      ({ file, text }) => `${basename(file)}: ${text}`,
    );
    expect([...new Set(found)].sort()).toEqual([...KNOWN].sort());
  });

  it("name no folder below test, deploy or docs that does not exist", () => {
    const cited = texts
      .filter(({ path }) => path.endsWith(".md"))
      .flatMap(({ path, text }) =>
        [...text.matchAll(/`((?:test|deploy|docs)\/[\w./-]*)`/g)].map(
          ([, found = ""]) => ({ file: path, text: found.replace(/\/$/, "") }),
        ),
      );
    expect(cited.length).toBeGreaterThan(10);
    const unknown = cited.filter(
      ({ text }) =>
        !files.some((path) => path === text || path.startsWith(`${text}/`)),
    );
    expect(unknown).toEqual([]);
  });

  it("name no file or folder of src that does not exist", () => {
    // The example of CONTRIBUTING.md.
    const planned = "rename-message-contact";
    const cited = texts
      .filter(({ path }) => path.endsWith(".md") && path !== "CHANGELOG.md")
      .flatMap(({ text }) =>
        [...text.matchAll(/`(src\/[\w./-]+)`/g)].map(([, found = ""]) => found),
      )
      .filter((found) => !found.includes(planned));
    expect(cited.length).toBeGreaterThan(10);
    expect(cited.filter((found) => !existsSync(new URL(found, ROOT)))).toEqual(
      [],
    );
  });

  it("list every folder of src in the README, and no other", () => {
    const readme = texts.find(({ path }) => path === "README.md")?.text ?? "";
    const [, tree = ""] = readme.split("## The source tree");
    const listed = tree
      .split("\n")
      .filter((line) => line.startsWith("| `"))
      .flatMap((line) => [
        ...(line.split("|")[1] ?? "").matchAll(/`([\w-]+)\/`/g),
      ])
      .map(([, name = ""]) => name);
    const folders = readdirSync(new URL("src/", ROOT), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    expect(listed.sort()).toEqual(folders.sort());
  });
});
