import type { EmulatorSettings } from "../settings.js";
import { invalidParameter } from "../wire/rpc-errors.js";
import type { RpcParams } from "../wire/rpc-params.js";
import type { SeedTag } from "./directory-seed.js";

/** An account or a folder. */
export interface Filtered {
  readonly name: string;
  readonly tags?: readonly SeedTag[];
}

/**
 * Reads the parameters Tag and QueryKeyword.
 *
 * @returns whether an account or folder passes the filters
 * @throws {RpcError} InvalidParameter.Tag
 */
export function readFilters(
  params: RpcParams,
  settings: EmulatorSettings,
): (item: Filtered) => boolean {
  const wanted = params.records("Tag", ["Key", "Value"]);
  if (wanted.length > settings.tagFilterMax) throw invalidParameter("Tag");
  const keyword = params.text("QueryKeyword");
  const hasTag =
    (tags: readonly SeedTag[]) =>
    ({ Key, Value }: Readonly<Record<string, string | undefined>>): boolean =>
      tags.some(
        ({ key, value }) =>
          (Key === undefined || Key === key) &&
          (Value === undefined
            ? settings.tagFilterKeyAlone === "anyValue" || value === ""
            : Value === value),
      );
  return ({ name, tags = [] }) =>
    (keyword === undefined || isFound(name, keyword, settings)) &&
    (wanted.length === 0 ||
      (settings.tagFilterMatch === "all"
        ? wanted.every(hasTag(tags))
        : wanted.some(hasTag(tags))));
}

function isFound(
  name: string,
  keyword: string,
  settings: EmulatorSettings,
): boolean {
  const form = (text: string): string =>
    settings.queryKeywordCaseSensitive ? text : text.toLowerCase();
  return settings.queryKeywordMatch === "exact"
    ? form(name) === form(keyword)
    : form(name).includes(form(keyword));
}
