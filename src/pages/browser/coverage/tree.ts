import type { Account, Report } from "./report.js";

/** A folder with everything below it. */
export interface FolderNode {
  readonly id: string;
  readonly name: string;
  readonly folders: FolderNode[];
  readonly accounts: Account[];
  /** Number of accounts below. */
  accountCount: number;
  /** Number of accounts below that have a gap, for each message type. */
  gaps: number[];
  hasGap: boolean;
}

/** A line of the table. */
export type Row =
  | {
      readonly kind: "folder";
      readonly level: number;
      readonly isOpen: boolean;
      readonly folder: FolderNode;
    }
  | {
      readonly kind: "account";
      readonly level: number;
      readonly account: Account;
    };

/** Which rows are visible. */
export interface Filter {
  /** Ids of the open folders; with `text`, all folders are open. */
  readonly open: ReadonlySet<string>;
  readonly onlyGaps: boolean;
  /** Part of a name or an id of an account or a folder, in any case. */
  readonly text: string;
}

/**
 * Arranges accounts in their folders. Without the names of folders, the folders are a
 * flat list. A folder with an unknown parent, or in a cycle, is at the top.
 */
export function treeOf({
  accounts,
  folders,
  summary,
}: Pick<Report, "accounts" | "folders" | "summary">): FolderNode[] {
  const types = summary.messageTypes.length;
  const nodes = new Map<string, FolderNode>();
  const add = (id: string, name: string): FolderNode => {
    const node = {
      id,
      name: name === "" ? id : name,
      folders: [],
      accounts: [],
      accountCount: 0,
      gaps: Array.from({ length: types }, () => 0),
      hasGap: false,
    };
    nodes.set(id, node);
    return node;
  };
  const parents = new Map<string, string | null>();
  for (const { folderId, name, parentId } of folders ?? []) {
    add(folderId, name);
    parents.set(folderId, parentId);
  }
  const top: FolderNode[] = [];
  for (const [id, node] of nodes) {
    const parent = nodes.get(parents.get(id) ?? "");
    if (parent === undefined || isInCycle(id, parents)) top.push(node);
    else parent.folders.push(node);
  }
  for (const account of accounts) {
    let node = nodes.get(account.folderId);
    if (node === undefined) {
      node = add(account.folderId, "");
      top.push(node);
    }
    node.accounts.push(account);
  }
  top.forEach(count);
  return top;
}

/** A report without the folders that have no account of the report below them. */
export function withoutEmptyFolders(report: Report): Report {
  const { accounts, folders } = report;
  const parents = new Map(
    (folders ?? []).map(({ folderId, parentId }) => [folderId, parentId]),
  );
  const used = new Set<string>();
  for (const { folderId } of accounts) {
    let at: string | null = folderId;
    while (at !== null && !used.has(at)) {
      used.add(at);
      at = parents.get(at) ?? null;
    }
  }
  return {
    ...report,
    folders: folders?.filter(({ folderId }) => used.has(folderId)) ?? null,
  };
}

function isInCycle(
  id: string,
  parents: ReadonlyMap<string, string | null>,
): boolean {
  const seen = new Set<string>();
  for (let at: string | null = id; at !== null; at = parents.get(at) ?? null) {
    if (seen.has(at)) return true;
    seen.add(at);
  }
  return false;
}

/** Sums up and sorts what is below a folder. */
function count(node: FolderNode): void {
  node.folders.forEach(count);
  for (const below of node.folders) {
    node.accountCount += below.accountCount;
    node.hasGap ||= below.hasGap;
    node.gaps = node.gaps.map((sum, at) => sum + (below.gaps[at] ?? 0));
  }
  node.accountCount += node.accounts.length;
  for (const { messageTypes, hasGap } of node.accounts) {
    node.hasGap ||= hasGap;
    messageTypes.forEach(({ gap }, at) => {
      if (gap !== null) node.gaps[at] = (node.gaps[at] ?? 0) + 1;
    });
  }
  node.folders.sort((a, b) => a.name.localeCompare(b.name));
  node.accounts.sort((a, b) => nameOf(a).localeCompare(nameOf(b)));
}

/** Name of an account, or its id when it has none. */
export const nameOf = ({ accountName, accountId }: Account): string =>
  accountName === "" ? accountId : accountName;

/** The visible lines, from top to bottom. */
export function rowsOf(top: readonly FolderNode[], filter: Filter): Row[] {
  const text = filter.text.trim().toLowerCase();
  const matches = (...names: string[]): boolean =>
    names.some((name) => name.toLowerCase().includes(text));
  const visit = (
    folder: FolderNode,
    level: number,
    isAboveMatching: boolean,
  ): Row[] => {
    if (filter.onlyGaps && !folder.hasGap) return [];
    const isMatching = isAboveMatching || matches(folder.name, folder.id);
    const isOpen = text !== "" || filter.open.has(folder.id);
    const below =
      isOpen || text !== ""
        ? [
            ...folder.folders.flatMap((one) =>
              visit(one, level + 1, isMatching),
            ),
            ...folder.accounts
              .filter(
                (account) =>
                  (!filter.onlyGaps || account.hasGap) &&
                  (isMatching ||
                    matches(account.accountName, account.accountId)),
              )
              .map((account): Row => ({
                kind: "account",
                level: level + 1,
                account,
              })),
          ]
        : [];
    if (text !== "" && below.length === 0 && !isMatching) return [];
    return [{ kind: "folder", level, isOpen, folder }, ...below];
  };
  return top.flatMap((folder) => visit(folder, 1, false));
}

/** Accounts of a report up to which all folders with gaps are open at first. */
const MAX_OPEN_ACCOUNTS = 300;

/** The folders that are open at first: the top, and those with gaps in small directories. */
export function openAtFirst(top: readonly FolderNode[]): Set<string> {
  const open = new Set(top.map(({ id }) => id));
  const total = top.reduce((sum, { accountCount }) => sum + accountCount, 0);
  const visit = (node: FolderNode): void => {
    if (node.hasGap) open.add(node.id);
    node.folders.forEach(visit);
  };
  if (total <= MAX_OPEN_ACCOUNTS) top.forEach(visit);
  return open;
}

/** Ids of all folders. */
export function allFolders(top: readonly FolderNode[]): string[] {
  return top.flatMap((node) => [node.id, ...allFolders(node.folders)]);
}
