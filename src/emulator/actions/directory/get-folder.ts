import { checkMayList } from "../../accounts/callers.js";
import { DEFAULT_TIME } from "../../accounts/directory-response.js";
import { isFolderId } from "../../accounts/folder-id.js";
import { missingParameter, rpcError } from "../../wire/rpc-errors.js";
import { REQUIRED_TEXT, type RpcAction } from "../action.js";

/** Describes one folder, with its parent and its path. */
export const getFolder: RpcAction = {
  name: "GetFolder",
  isWrite: false,
  parameters: { FolderId: REQUIRED_TEXT },
  prepare(params, settings) {
    const folderId = params.text("FolderId");
    if (folderId === undefined) throw missingParameter("FolderId");
    if (!isFolderId(folderId, settings)) {
      throw rpcError("InvalidParameter.FolderId");
    }
    return ({ store: { directory }, caller }) => {
      checkMayList(directory, caller, settings);
      const common = {
        FolderId: folderId,
        CreateTime: DEFAULT_TIME,
        ResourceDirectoryPath: directory.rdPathOf(folderId),
      };
      if (folderId === directory.source.rootFolderId) {
        if (settings.getRootFolder !== "allowed") {
          throw rpcError(settings.getRootFolder);
        }
        const isEmpty = settings.rootParentFolderId === "empty";
        return {
          Folder: {
            ...common,
            FolderName: settings.rootFolderName,
            ...(isEmpty ? { ParentFolderId: "" } : {}),
          },
        };
      }
      const folder = directory.folder(folderId);
      if (folder === undefined) throw rpcError("EntityNotExists.Folder");
      return {
        Folder: {
          ...common,
          FolderName: folder.name,
          ParentFolderId: directory.parentOf(folder),
        },
      };
    };
  },
};
