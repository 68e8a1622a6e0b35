import { buildSchema, findBreakingChanges } from "graphql";

/** One version's part of the changelog. */
export interface Section {
  readonly version: string;
  /** ISO date of the release, or `Unreleased`. */
  readonly date: string;
  readonly text: string;
}

/** Beginning of the section of changes that are not released yet. */
export const UNRELEASED = "[Unreleased]\n";

/** Sections of a changelog in the form of keepachangelog.com, newest first. */
export function sectionsOf(changelog: string): Section[] {
  const [, ...parts] = changelog.split(/^## /m);
  return parts.map((part) => {
    const [, version = "", date = ""] =
      /^\[([^\]]+)\] - (\S+)/.exec(part) ?? [];
    return { version, date, text: part };
  });
}

/**
 * Problems of a changelog for a release of this version; empty when there are none. Changes
 * since the last release may be in a first section `[Unreleased]`.
 */
export function changelogProblems(
  changelog: string,
  version: string,
): string[] {
  const sections = sectionsOf(changelog);
  const own = sections.find((section) => section.version === version);
  return [
    ...(own === undefined
      ? [`CHANGELOG.md has no section for ${version}`]
      : /^\d{4}-\d\d-\d\d$/.test(own.date)
        ? []
        : [`the section for ${version} in CHANGELOG.md has no date`]),
    ...sections
      .filter(({ text }, index) => index > 0 || !text.startsWith(UNRELEASED))
      .filter(({ version: one, date }) => one === "" || date === "")
      .map(
        ({ text }) => `no "[version] - date": ${text.split("\n")[0] ?? text}`,
      ),
  ];
}

/** Places whose version differs from the one of package.json; empty when all agree. */
export function differingVersions(
  version: string,
  places: Readonly<Record<string, string | undefined>>,
): string[] {
  return Object.entries(places)
    .filter(([, found]) => found !== version)
    .map(
      ([place, found]) => `${place} says ${found ?? "nothing"}, not ${version}`,
    );
}

/** Changes of a GraphQL schema that can break a client. */
export function schemaBreaks(before: string, after: string): string[] {
  return findBreakingChanges(buildSchema(before), buildSchema(after)).map(
    ({ description }) => description,
  );
}

/** Changes that the newest section of a changelog does not name word by word. */
export function unnamed(
  changes: readonly string[],
  changelog: string,
): string[] {
  const sections = sectionsOf(changelog);
  const isFirst = sections[0]?.text.startsWith(UNRELEASED) === true;
  const text = sections
    .slice(0, isFirst ? 2 : 1)
    .map((section) => section.text)
    .join(" ")
    .replaceAll(/[\s`]+/g, " ");
  return changes.filter((change) => !text.includes(change));
}
