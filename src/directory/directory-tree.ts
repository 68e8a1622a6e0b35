/** A member account of a resource directory. */
export interface DirectoryAccount {
  /** Account id: digits, as text. */
  readonly id: string;
  /** Display name; empty when the vendor sends none. */
  readonly name: string;
  /** How the account joined, as the vendor spells it: an open set. */
  readonly status: string;
  /** The folder that contains the account directly: `fd-…`, or `r-…` for the root. */
  readonly folderId: string;
  /**
   * Targets whose bindings reach the account, outermost first: the directory, the root
   * folder, the folders. The account itself is not included.
   */
  readonly ancestorIds: readonly string[];
  readonly tags: readonly { readonly key: string; readonly value: string }[];
}

/** Name of the root folder, which no list contains. The vendor's console shows it so. */
export const ROOT_NAME = "Root";

/** A folder of a resource directory. */
export interface DirectoryFolder {
  readonly id: string;
  /** Empty when names were not read; always known for the root folder. */
  readonly name: string;
  /** Null for the root folder. */
  readonly parentId: string | null;
}

/** What a tree consists of. */
export interface DirectoryTreeParts {
  readonly directoryId: string;
  readonly rootFolderId: string;
  readonly managementAccountId: string;
  readonly accounts: readonly DirectoryAccount[];
  /**
   * Every folder with its name, or null when names were not read: the tree then knows
   * only the folders that contain an account, at any depth.
   */
  readonly folders?: readonly DirectoryFolder[] | null;
}

/**
 * The accounts and folders of a resource directory at one moment. Immutable.
 *
 * A binding to the directory or to a folder reaches all accounts below (vendor's user
 * guide, "Manage contacts for a member").
 */
export class DirectoryTree {
  readonly directoryId: string;
  readonly rootFolderId: string;
  readonly managementAccountId: string;
  /** Without the management account, which is not a member. */
  readonly accounts: readonly DirectoryAccount[];
  /** Known folders, the root folder included; each after its parent. */
  readonly folders: readonly DirectoryFolder[];
  /** Whether every folder is known, with its name. */
  readonly hasFolderNames: boolean;
  private readonly accountsById: ReadonlyMap<string, DirectoryAccount>;
  private readonly foldersById: ReadonlyMap<string, DirectoryFolder>;
  private readonly reached: ReadonlyMap<string, readonly DirectoryAccount[]>;

  constructor(parts: DirectoryTreeParts) {
    const { accounts, directoryId, rootFolderId } = parts;
    this.directoryId = directoryId;
    this.rootFolderId = rootFolderId;
    this.managementAccountId = parts.managementAccountId;
    this.accounts = accounts;
    this.hasFolderNames = parts.folders != null;
    this.accountsById = new Map(accounts.map((one) => [one.id, one]));
    this.foldersById = foldersOf(parts);
    this.folders = [...this.foldersById.values()];
    this.reached = reachOf(accounts);
  }

  account(id: string): DirectoryAccount | undefined {
    return this.accountsById.get(id);
  }

  folder(id: string): DirectoryFolder | undefined {
    return this.foldersById.get(id);
  }

  /** Whether the id names the directory, a known folder or an account of it. */
  has(targetId: string): boolean {
    return (
      targetId === this.directoryId ||
      this.foldersById.has(targetId) ||
      this.accountsById.has(targetId)
    );
  }

  /**
   * Targets whose bindings reach an account: the account itself, its folders from the
   * inside out, the root folder, the directory. Empty for an unknown account.
   */
  targetIdsOf(accountId: string): readonly string[] {
    const account = this.accountsById.get(accountId);
    return account === undefined
      ? []
      : [account.id, ...[...account.ancestorIds].reverse()];
  }

  /**
   * Accounts that a binding to a target reaches, in the order of `accounts`.
   *
   * @returns undefined for an unknown target. Without folder names, a folder without
   *   accounts is unknown.
   */
  accountsUnder(targetId: string): readonly DirectoryAccount[] | undefined {
    if (targetId === this.directoryId || targetId === this.rootFolderId) {
      return this.accounts;
    }
    const account = this.accountsById.get(targetId);
    if (account !== undefined) return [account];
    return (
      this.reached.get(targetId) ??
      (this.foldersById.has(targetId) ? [] : undefined)
    );
  }

  /**
   * Display name of a folder or an account; undefined when it is unknown or was not
   * read. The vendor gives a directory no name.
   */
  nameOf(targetId: string): string | undefined {
    const name =
      this.accountsById.get(targetId)?.name ??
      this.foldersById.get(targetId)?.name;
    return name === "" ? undefined : name;
  }

  /**
   * Ids from the directory to a target, the target included.
   *
   * @returns undefined for an unknown target
   */
  pathOf(targetId: string): readonly string[] | undefined {
    if (targetId === this.directoryId) return [targetId];
    const account = this.accountsById.get(targetId);
    if (account !== undefined) return [...account.ancestorIds, account.id];
    const path: string[] = [];
    let folder = this.foldersById.get(targetId);
    if (folder === undefined) return undefined;
    // At most one step for each folder, so that a cycle ends.
    while (folder !== undefined && path.length < this.foldersById.size) {
      path.unshift(folder.id);
      folder =
        folder.parentId === null
          ? undefined
          : this.foldersById.get(folder.parentId);
    }
    return [this.directoryId, ...path];
  }
}

/** Folders by id: the given ones, and those that contain an account. */
function foldersOf({
  accounts,
  folders,
  rootFolderId,
}: DirectoryTreeParts): ReadonlyMap<string, DirectoryFolder> {
  const known = new Map<string, DirectoryFolder>([
    [rootFolderId, { id: rootFolderId, name: ROOT_NAME, parentId: null }],
  ]);
  for (const folder of folders ?? []) known.set(folder.id, folder);
  for (const { ancestorIds } of accounts) {
    for (let n = 2; n < ancestorIds.length; n += 1) {
      const id = ancestorIds[n] ?? "";
      const parentId = ancestorIds[n - 1] ?? null;
      if (!known.has(id)) known.set(id, { id, name: "", parentId });
    }
  }
  return known;
}

/** Accounts below each folder and the directory. */
function reachOf(
  accounts: readonly DirectoryAccount[],
): ReadonlyMap<string, readonly DirectoryAccount[]> {
  const reached = new Map<string, DirectoryAccount[]>();
  for (const account of accounts) {
    for (const targetId of account.ancestorIds) {
      const below = reached.get(targetId);
      if (below === undefined) reached.set(targetId, [account]);
      else below.push(account);
    }
  }
  return reached;
}
