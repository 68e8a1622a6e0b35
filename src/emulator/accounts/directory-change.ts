import type { Directory } from "./directory.js";
import type {
  SeedDirectory,
  SeedFolder,
  SeedMember,
} from "./directory-seed.js";

/** Size of a generated directory. */
export interface DirectorySize {
  /** Number of member accounts. */
  readonly accounts: number;
  /** Number of folders, without the root folder. Default: 30. */
  readonly folders?: number;
}

/** Accounts and folders that appear, move or disappear. */
export interface DirectoryChange {
  /** Accounts that join. */
  readonly join?: readonly SeedMember[];
  /** Ids of accounts that leave. */
  readonly leave?: readonly string[];
  readonly move?: readonly {
    readonly accountId: string;
    readonly folderId: string;
  }[];
  readonly addFolders?: readonly SeedFolder[];
  /** Ids of folders that are removed. */
  readonly removeFolders?: readonly string[];
  /**
   * The change happens immediately before this call is executed: after `skip` further calls
   * of the operation. Default: at once.
   */
  readonly before?: {
    readonly operation: string;
    /** Default: 0. */
    readonly skip?: number;
  };
}

/** The directory after a change. Nothing is checked: a test may create what the vendor forbids. */
export function changedDirectory(
  { source }: Directory,
  change: DirectoryChange,
): SeedDirectory {
  const { join = [], leave = [], move = [] } = change;
  const { addFolders = [], removeFolders = [] } = change;
  const moves = new Map(move.map((one) => [one.accountId, one.folderId]));
  return {
    ...source,
    folders: [
      ...source.folders.filter(
        ({ folderId }) => !removeFolders.includes(folderId),
      ),
      ...addFolders,
    ],
    members: [
      ...source.members
        .filter(({ accountId }) => !leave.includes(accountId))
        .map((member) => {
          const folderId = moves.get(member.accountId);
          return folderId === undefined ? member : { ...member, folderId };
        }),
      ...join,
    ],
  };
}

/** Changes that wait for a call. */
export class ScheduledChanges {
  #waiting: { change: DirectoryChange; operation: string; left: number }[] = [];

  /** Returns whether the change waits for a call. */
  add(change: DirectoryChange): boolean {
    const { before } = change;
    if (before === undefined) return false;
    const { operation, skip = 0 } = before;
    this.#waiting.push({ change, operation, left: skip });
    return true;
  }

  /** Counts a call, and returns the changes that happen before it. */
  take(operation: string): DirectoryChange[] {
    const own = this.#waiting.filter((one) => one.operation === operation);
    const due = own.filter(({ left }) => left === 0);
    for (const one of own) one.left -= 1;
    this.#waiting = this.#waiting.filter((one) => !due.includes(one));
    return due.map(({ change }) => change);
  }

  clear(): void {
    this.#waiting = [];
  }
}
