import type { Report } from "./report.js";
import { nameOf } from "./tree.js";

/** A folder or an account that can be named. */
export interface Target {
  readonly id: string;
  /** Path of names from the root folder, such as `/production/shop`. */
  readonly path: string;
}

/** Form of the ids that the API accepts. */
const TARGET_ID = /^(?:(?:rd|r|fd)-[A-Za-z0-9]{1,64}|[0-9]{1,20})$/;

/**
 * The folders and accounts of a report, in the order of their paths. Without the names of
 * folders, the ids of folders are in the paths.
 */
export function targetsOf({
  accounts,
  folders,
}: Pick<Report, "accounts" | "folders">): Target[] {
  const byId = new Map(
    (folders ?? []).map((folder) => [folder.folderId, folder]),
  );
  const pathOf = (id: string, depth = 0): string => {
    const folder = byId.get(id);
    if (folder === undefined) return `/${id}`;
    const { parentId, name } = folder;
    const isRoot = parentId === null || !byId.has(parentId);
    if (isRoot) return "";
    // Deeper than the number of folders: the folders are in a cycle.
    if (depth > byId.size) return `/${id}`;
    return `${pathOf(parentId, depth + 1)}/${name === "" ? id : name}`;
  };
  const targets = [
    ...[...byId.keys()].map((id) => ({ id, path: pathOf(id) || "/" })),
    ...accounts.map((account) => ({
      id: account.accountId,
      path: `${pathOf(account.folderId)}/${nameOf(account)}`,
    })),
  ];
  return targets.sort((one, other) => one.path.localeCompare(other.path));
}

/**
 * The id of the folder or account that a text names by its id, its path or its name. Null
 * when there is none, or when several have the path or the name.
 */
export function targetIdIn(
  text: string,
  targets: readonly Target[],
): string | null {
  if (TARGET_ID.test(text)) return text;
  const found = targets.filter(
    ({ path }) => path === text || path.split("/").at(-1) === text,
  );
  const exact = found.filter(({ path }) => path === text);
  const [one, another] = exact.length > 0 ? exact : found;
  return one === undefined || another !== undefined ? null : one.id;
}
