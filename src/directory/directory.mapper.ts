import type { VendorAccount } from "../upstream/vendor/vendor-types.js";
import type { DirectoryAccount } from "./directory-tree.js";

/** Maps an account that has a path, which `isUsableAnswer` has checked. */
export function toDirectoryAccount(
  account: VendorAccount,
  path: string,
): DirectoryAccount {
  const ancestorIds = path.split("/").slice(0, -1);
  return {
    id: account.AccountId,
    name: account.DisplayName ?? "",
    status: account.Status ?? "",
    folderId: ancestorIds.at(-1) ?? "",
    ancestorIds,
    tags: (account.Tags?.Tag ?? []).map(({ Key: key, Value: value }) => ({
      key,
      value: value ?? "",
    })),
  };
}
