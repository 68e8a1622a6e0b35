import { existsSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { documentAt, documentPaths, partsOf } from "../support/docs.js";

const ROOT = new URL("../../", import.meta.url);

/** A link from a document to a file in the repository. */
interface Link {
  readonly place: string;
  /** URL of the file that it points to. */
  readonly file: URL;
  /** Anchor of the heading that it points to; empty for the whole file. */
  readonly anchor: string;
}

/** Prose of a document without code spans, because brackets in code are not links. */
function proseOf(path: string): { text: string; line: number }[] {
  return partsOf(path).prose.map(({ text, line }) => ({
    text: text.replaceAll(/`[^`]*`/g, ""),
    line,
  }));
}

function linksOf(path: string): Link[] {
  return proseOf(path).flatMap(({ text, line }) =>
    [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = ""]) => {
      if (/^[a-z]+:/.test(target)) return [];
      const [file = "", anchor = ""] = target.split("#");
      return [
        {
          place: `${path}:${line} ${target}`,
          file: new URL(file, new URL(path, ROOT)),
          anchor,
        },
      ];
    }),
  );
}

/** Anchors of a document's headings, as GitHub derives them. */
function anchorsOf(path: string): string[] {
  const counts = new Map<string, number>();
  return partsOf(path).prose.flatMap(({ text }) => {
    const [, heading] = /^#{1,6} (.+)$/.exec(text) ?? [];
    if (heading === undefined) return [];
    const anchor = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(/\s/g, "-");
    const count = counts.get(anchor) ?? 0;
    counts.set(anchor, count + 1);
    return [count === 0 ? anchor : `${anchor}-${count}`];
  });
}

const paths = documentPaths();
const links = paths.flatMap(linksOf);
const pathOf = ({ file }: Link): string => file.href.slice(ROOT.href.length);

describe("the documents", () => {
  it("exist for every kind of reader", () => {
    expect(paths).toEqual(
      expect.arrayContaining([
        "README.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "docs/clients.md",
        "docs/configuration.md",
        "docs/decisions.md",
        "docs/emulator.md",
        "docs/errors.md",
        "docs/operations.md",
        "docs/performance.md",
        "docs/walkthrough-graphql.md",
        "docs/walkthrough-rest.md",
      ]),
    );
  });

  it("link only to files that exist", () => {
    expect(links.length).toBeGreaterThan(30);
    const broken = links.filter(({ file }) => !existsSync(file));
    expect(broken.map(({ place }) => place)).toEqual([]);
  });

  it("link only to headings that exist", () => {
    const broken = links.filter(
      (link) =>
        link.anchor !== "" && !anchorsOf(pathOf(link)).includes(link.anchor),
    );
    expect(broken.map(({ place }) => place)).toEqual([]);
  });

  it("in docs are all linked from the README", () => {
    const linked = new Set(linksOf("README.md").map(pathOf));
    const missing = paths.filter(
      (path) => path !== "README.md" && !linked.has(path),
    );
    expect(missing).toEqual([]);
  });

  it("include a README of less than 220 lines", () => {
    expect(documentAt("README.md").split("\n").length).toBeLessThan(220);
  });
});
