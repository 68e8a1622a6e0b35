import type { SeedDirectory } from "./seeds.js";

/**
 * What a contact can be bound to: the directory itself, its root folder, folders and member
 * accounts, each with what lies above it.
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

  /** The target and everything above it, nearest first. */
  pathOf(targetId: string): string[] {
    const path: string[] = [];
    let next: string | undefined = targetId;
    // The second condition ends the walk should a seed's folders form a ring.
    while (next !== undefined && !path.includes(next)) {
      path.push(next);
      next = this.#parents.get(next);
    }
    return path;
  }
}
