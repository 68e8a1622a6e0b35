import type { SeedDirectory } from "./directory-seed.js";
import type { DirectorySize } from "./directory-change.js";
import { generatedDirectory } from "./generated-directory.js";

/** The part of the sample to which its contacts are bound. The ids never change. */
const BASE: SeedDirectory = {
  directoryId: "rd-3gqx5n",
  rootFolderId: "r-Zj29gL",
  managementAccountId: "1997968394350000",
  folders: [
    { folderId: "fd-ZDNPiT7a4K", name: "production" },
    { folderId: "fd-Qm81rWc5Xe", name: "staging" },
    {
      folderId: "fd-H3vLk9Bz2s",
      name: "databases",
      parentId: "fd-ZDNPiT7a4K",
    },
  ],
  members: [
    { accountId: "1997968394350001", name: "log-archive" },
    {
      accountId: "1997968394350002",
      name: "shop",
      folderId: "fd-ZDNPiT7a4K",
      tags: [{ key: "stage", value: "production" }],
    },
    {
      accountId: "1997968394350003",
      name: "payments",
      folderId: "fd-ZDNPiT7a4K",
      tags: [{ key: "stage", value: "production" }],
    },
    {
      accountId: "1997968394350004",
      name: "orders-db",
      folderId: "fd-H3vLk9Bz2s",
      tags: [{ key: "stage", value: "production" }],
    },
    {
      accountId: "1997968394350005",
      name: "staging-shop",
      folderId: "fd-Qm81rWc5Xe",
      tags: [{ key: "stage", value: "staging" }],
    },
    {
      accountId: "1997968394350006",
      name: "staging-pay",
      folderId: "fd-Qm81rWc5Xe",
      tags: [{ key: "stage", value: "staging" }],
    },
  ],
};

/** The sample with another number of accounts and folders. */
export function sampleDirectory({
  accounts,
  folders = DEFAULT_FOLDERS,
}: DirectorySize): SeedDirectory {
  return generatedDirectory(BASE, { accounts, folders });
}

const DEFAULT_FOLDERS = 30;

/** A directory of 200 accounts in a tree of folders. */
export const SAMPLE_DIRECTORY = sampleDirectory({ accounts: 200 });
