import type { UpstreamCalls } from "../../graphql/upstream-cost.js";

/**
 * Reading a directory of up to 100 accounts. `DirectoryService` checks a larger one
 * against the limit of calls when its size is known.
 */
export const ACCOUNT_READS: UpstreamCalls = {
  calls: 2,
  sharedAs: "accounts of the directory",
};

/**
 * Reading the names of folders: one call per folder. Estimated as one, because their
 * number is unknown; `DirectoryService` checks it.
 */
export const FOLDER_READS: UpstreamCalls = {
  calls: 1,
  sharedAs: "folders of the directory",
};
