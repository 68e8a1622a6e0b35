import {
  DEFAULT_MANAGEMENT_ACCOUNT,
  type SeedDirectory,
  type SeedFolder,
  type SeedMember,
} from "./directory-seed.js";

/**
 * The tree of targets to which a contact can be bound: the directory, its root folder, folders
 * and member accounts. Immutable.
 */
export class Directory {
  readonly managementAccountId: string;
  readonly #parents = new Map<string, string | undefined>();
  readonly #folders: ReadonlyMap<string, SeedFolder>;
  readonly #members: ReadonlyMap<string, SeedMember>;

  constructor(readonly source: SeedDirectory) {
    const { directoryId, rootFolderId, folders, members } = source;
    this.managementAccountId =
      source.managementAccountId ?? DEFAULT_MANAGEMENT_ACCOUNT;
    this.#folders = new Map(folders.map((one) => [one.folderId, one]));
    this.#members = new Map(members.map((one) => [one.accountId, one]));
    this.#parents.set(directoryId, undefined);
    this.#parents.set(rootFolderId, directoryId);
    for (const folder of folders) {
      this.#parents.set(folder.folderId, this.parentOf(folder));
    }
    for (const member of members) {
      this.#parents.set(member.accountId, this.folderOf(member));
    }
  }

  has(targetId: string): boolean {
    return this.#parents.has(targetId);
  }

  /** A folder other than the root folder. */
  folder(folderId: string): SeedFolder | undefined {
    return this.#folders.get(folderId);
  }

  member(accountId: string): SeedMember | undefined {
    return this.#members.get(accountId);
  }

  /** The folders directly in a folder, in the order of the seed. */
  foldersIn(parentId: string): SeedFolder[] {
    return this.source.folders.filter(
      (folder) => this.parentOf(folder) === parentId,
    );
  }

  parentOf({ parentId }: SeedFolder): string {
    return parentId ?? this.source.rootFolderId;
  }

  folderOf({ folderId }: SeedMember): string {
    return folderId ?? this.source.rootFolderId;
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

  /** The vendor's RDPath: the ids from the directory to the target, joined by `/`. */
  rdPathOf(targetId: string): string {
    return this.pathOf(targetId).reverse().join("/");
  }
}
