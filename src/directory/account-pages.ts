import type { RequestContext } from "../context/request-context.js";
import type { Upstream } from "../upstream/upstream.js";
import type { VendorAccount } from "../upstream/vendor/vendor-types.js";
import { tooCostly } from "../graphql/upstream-cost.js";
import { InconsistentPages } from "./directory-errors.js";
import type { DirectoryTreeParts } from "./directory-tree.js";
import { toDirectoryAccount } from "./directory.mapper.js";

/** Accounts per call; the vendor's maximum. */
export const PAGE_SIZE = 100;

/**
 * Reads the directory's ids and all of its accounts: one call, and one for each 100
 * accounts.
 *
 * @throws {InconsistentPages} if rows are repeated or missing, or the number of accounts
 *   changes between pages
 * @throws {GatewayError} also REQUEST_TOO_COSTLY if more than `maxCalls` are needed
 */
export async function readAccounts(
  upstream: Upstream,
  maxCalls: number,
  context: RequestContext,
): Promise<DirectoryTreeParts> {
  const [{ ResourceDirectory: directory }, accounts] = await Promise.all([
    upstream.call("getResourceDirectory", {}, context),
    readPages(upstream, maxCalls, context),
  ]);
  const {
    ResourceDirectoryId: directoryId,
    RootFolderId: rootFolderId,
    MasterAccountId: managementAccountId,
  } = directory;
  const isMember = ({ AccountId: id }: VendorAccount): boolean =>
    // Whether ListAccounts contains the management account is not documented.
    id !== managementAccountId;
  const prefix = `${directoryId}/${rootFolderId}/`;
  return {
    directoryId,
    rootFolderId,
    managementAccountId,
    accounts: accounts.filter(isMember).map((account) => {
      const { ResourceDirectoryPath: path } = account;
      if (path == null || !path.startsWith(prefix)) {
        throw new InconsistentPages();
      }
      return toDirectoryAccount(account, path);
    }),
  };
}

async function readPages(
  upstream: Upstream,
  maxCalls: number,
  context: RequestContext,
): Promise<readonly VendorAccount[]> {
  const found = new Map<string, VendorAccount>();
  const tokens = new Set<string>();
  let total: number | undefined;
  let next: string | undefined;
  do {
    const answer = await upstream.call(
      "listAccounts",
      {
        MaxResults: PAGE_SIZE,
        IncludeTags: true,
        ...(next === undefined ? {} : { NextToken: next }),
      },
      context,
    );
    const rows = answer.Accounts?.Account ?? [];
    const { TotalCount: count } = answer;
    if (total !== undefined && count !== total) throw new InconsistentPages();
    total = count;
    for (const row of rows) {
      if (found.has(row.AccountId)) throw new InconsistentPages();
      found.set(row.AccountId, row);
    }
    const pages = Math.ceil(Math.max(found.size, total ?? 0) / PAGE_SIZE);
    if (1 + pages > maxCalls) throw tooCostly(1 + pages, maxCalls);
    next = answer.NextToken || undefined;
    // A repeated token or an empty page could continue the loop without end.
    if (next !== undefined && (rows.length === 0 || tokens.has(next))) {
      throw new InconsistentPages();
    }
    if (next !== undefined) tokens.add(next);
  } while (next !== undefined);
  if (total !== undefined && total !== found.size) {
    throw new InconsistentPages();
  }
  return [...found.values()];
}
