import type { SeedDirectory } from "./seeds.js";

/**
 * The tree of targets to which a contact can be bound: the directory, its root folder, folders
 * and member accounts.
 */
export class Directory {
  readonly #parents = new Map<string, string | undefined>();

  constructor(readonly source: SeedDirectory) {
    const { directoryId, rootFolderId, folders, members } = source;
    this.#parents.set(directoryId, undefined);
    this.#parents.set(rootFolderId, directoryId);
    for (const { folderId, parentId } of folders) {
      this.#parents.set(folderId, parentId ?? rootFolderId);
    }
    for (const { accountId, folderId } of members) {
      this.#parents.set(accountId, folderId ?? rootFolderId);
    }
  }

  has(targetId: string): boolean {
    return this.#parents.has(targetId);
  }

  /** The target and its ancestors, nearest first. */
  pathOf(targetId: string): string[] {
    const path: string[] = [];
    let next: string | undefined = targetId;
    // The second condition stops at a cycle: seeds are not checked for cycles.
    while (next !== undefined && !path.includes(next)) {
      path.push(next);
      next = this.#parents.get(next);
    }
    return path;
  }
}
