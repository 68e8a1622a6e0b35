import { checkMayList } from "../../accounts/callers.js";
import { readFilters } from "../../accounts/directory-filters.js";
import { readDirectoryPage } from "../../accounts/directory-pages.js";
import {
  describeList,
  describeListedFolder,
} from "../../accounts/directory-response.js";
import { isFolderId } from "../../accounts/folder-id.js";
import { rpcError } from "../../wire/rpc-errors.js";
import { INTEGER, TEXT, type RpcAction } from "../action.js";

/** Lists the folders directly in a folder; without ParentFolderId, in the root (documented). */
export const listFoldersForParent: RpcAction = {
  name: "ListFoldersForParent",
  isWrite: false,
  parameters: {
    ParentFolderId: TEXT,
    QueryKeyword: TEXT,
    PageNumber: INTEGER,
    PageSize: INTEGER,
  },
  prepare(params, settings) {
    const wanted = params.text("ParentFolderId");
    if (wanted !== undefined && !isFolderId(wanted, settings)) {
      throw rpcError("InvalidParameter.ParentFolderId");
    }
    const { pageNumber, pageSize } = readDirectoryPage(params, settings);
    const passes = readFilters(params, settings);
    return ({ store: { directory }, caller, slip }) => {
      checkMayList(directory, caller, settings);
      const { rootFolderId } = directory.source;
      const parentId = wanted ?? rootFolderId;
      if (
        parentId !== rootFolderId &&
        directory.folder(parentId) === undefined
      ) {
        throw rpcError("EntityNotExists.Folder");
      }
      const folders = directory.foldersIn(parentId).filter(passes);
      const start = (pageNumber - 1) * pageSize;
      const first = start === 0 ? 0 : Math.max(0, start + slip);
      const shown = folders
        .slice(first, first + pageSize)
        .map((folder) => describeListedFolder(folder, settings));
      return {
        TotalCount: folders.length,
        PageSize: pageSize,
        PageNumber: pageNumber,
        ...describeList("Folders", "Folder", shown, settings),
      };
    };
  },
};
