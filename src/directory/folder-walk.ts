import pLimit from "p-limit";
import type { RequestContext } from "../context/request-context.js";
import { ErrorCode } from "../errors/error-codes.js";
import { GatewayError } from "../errors/gateway-error.js";
import type { Upstream } from "../upstream/upstream.js";
import { MAX_FOLDER_LEVELS } from "../upstream/vendor/answer-checks.js";
import { tooCostly } from "../graphql/upstream-cost.js";
import { InconsistentPages } from "./directory-errors.js";
import { ROOT_NAME, type DirectoryFolder } from "./directory-tree.js";

/** Folders per call; the vendor's maximum. */
const PAGE_SIZE = 100;

/** Concurrent calls of one walk. */
const MAX_CONCURRENT_CALLS = 8;

/**
 * Reads all folders with their names: one call for each folder, the root folder included.
 *
 * @returns the folders, each after its parent
 * @throws {InconsistentPages} if the folders change meanwhile, or contain each other
 * @throws {GatewayError} also REQUEST_TOO_COSTLY for more than `maxFolders`, without the root
 */
export async function readFolders(
  upstream: Upstream,
  rootFolderId: string,
  maxFolders: number,
  context: RequestContext,
): Promise<readonly DirectoryFolder[]> {
  const limit = pLimit(MAX_CONCURRENT_CALLS);
  const root = { id: rootFolderId, name: ROOT_NAME, parentId: null };
  const found = new Map<string, DirectoryFolder>([[rootFolderId, root]]);
  let level: readonly DirectoryFolder[] = [root];
  for (let depth = 0; level.length > 0; depth += 1) {
    const lists = await Promise.all(
      level.map(({ id }) =>
        limit(readChildren, upstream, id, maxFolders, context),
      ),
    );
    level = lists.flat();
    for (const folder of level) {
      // A folder that contains itself, or has two parents.
      if (found.has(folder.id)) throw new InconsistentPages();
      found.set(folder.id, folder);
    }
    if (found.size - 1 > maxFolders) throw tooCostly(found.size, maxFolders);
    if (level.length > 0 && depth >= MAX_FOLDER_LEVELS) {
      throw new InconsistentPages();
    }
  }
  return [...found.values()];
}

async function readChildren(
  upstream: Upstream,
  parentId: string,
  maxFolders: number,
  context: RequestContext,
): Promise<readonly DirectoryFolder[]> {
  const found: DirectoryFolder[] = [];
  let total: number | undefined;
  for (let pageNumber = 1; ; pageNumber += 1) {
    const answer = await upstream
      .call(
        "listFoldersForParent",
        {
          ParentFolderId: parentId,
          PageNumber: pageNumber,
          PageSize: PAGE_SIZE,
        },
        context,
      )
      .catch(removedMeanwhile);
    if (total !== undefined && answer.TotalCount !== total) {
      throw new InconsistentPages();
    }
    total = answer.TotalCount;
    if (total > maxFolders) throw tooCostly(total, maxFolders);
    const rows = answer.Folders?.Folder ?? [];
    for (const { FolderId: id, FolderName: name = "" } of rows) {
      found.push({ id, name, parentId });
    }
    if (found.length === total) return found;
    if (found.length > total || rows.length === 0) {
      throw new InconsistentPages();
    }
  }
}

/** The parent came from the vendor, so it was removed after its list was read. */
function removedMeanwhile(error: unknown): never {
  if (
    error instanceof GatewayError &&
    error.code === ErrorCode.BINDING_TARGET_NOT_FOUND
  ) {
    throw new InconsistentPages();
  }
  throw error;
}
