import type { DirectoryTree } from "../../directory/directory-tree.js";

/** Form of the ids of targets; a name of this form must be given as a path. */
const TARGET_ID = /^(?:(?:rd|r|fd)-[A-Za-z0-9]{1,64}|[0-9]{1,20})$/;

/** Whether a text is the id of a target, not a name or a path. */
export function isTargetId(text: string): boolean {
  return TARGET_ID.test(text);
}

/** Ids that a text can mean: one, unless it is unknown or ambiguous. */
export type FoundTargets = readonly string[];

/**
 * Finds folders and accounts by id, by name, or by path. A path begins with `/`, which
 * is the root folder, and continues with names: `/production/shop`.
 */
export class TargetLookup {
  private readonly byName = new Map<string, string[]>();
  private readonly byPath = new Map<string, string[]>();

  /**
   * @param tree must have folder names to find folders by name; null if `known` contains
   *   every id that will be looked up
   * @param known further ids that exist
   */
  constructor(
    private readonly tree: DirectoryTree | null,
    private readonly known: ReadonlySet<string> = new Set(),
  ) {
    if (tree === null) return;
    add(this.byPath, "/", tree.rootFolderId);
    const targets = [...tree.folders, ...tree.accounts];
    for (const { id } of targets) {
      const name = tree.nameOf(id);
      if (name === undefined || id === tree.rootFolderId) continue;
      add(this.byName, name, id);
      const path = pathOf(tree, id);
      if (path !== null) add(this.byPath, path, id);
    }
  }

  /** Ids of the targets that a text names; empty when there is none. */
  find(text: string): FoundTargets {
    if (isTargetId(text)) {
      const isKnown = this.known.has(text) || this.tree?.has(text) === true;
      return isKnown ? [text] : [];
    }
    const table = text.startsWith("/") ? this.byPath : this.byName;
    return table.get(text) ?? [];
  }
}

/** Names from below the root folder to a target; null if one of them is unknown. */
function pathOf(tree: DirectoryTree, id: string): string | null {
  const ids = tree.pathOf(id)?.slice(2) ?? [];
  const names = ids.map((each) => tree.nameOf(each));
  return names.includes(undefined) ? null : `/${names.join("/")}`;
}

function add(table: Map<string, string[]>, key: string, id: string): void {
  const ids = table.get(key);
  if (ids === undefined) table.set(key, [id]);
  else ids.push(id);
}
