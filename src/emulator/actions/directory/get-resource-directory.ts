import {
  DEFAULT_TIME,
  MANAGEMENT_ACCOUNT_NAME,
} from "../../accounts/directory-response.js";
import { rpcError } from "../../wire/rpc-errors.js";
import type { RpcAction } from "../action.js";

/** Describes the directory. Any of its members may call it (documented). */
export const getResourceDirectory: RpcAction = {
  name: "GetResourceDirectory",
  isWrite: false,
  parameters: {},
  prepare(_params, settings) {
    return ({ store, caller }) => {
      const { managementAccountId, source } = store.directory;
      const isManager = caller === undefined || caller === managementAccountId;
      if (!isManager && store.directory.member(caller) === undefined) {
        throw rpcError("ResourceDirectoryNotInUse");
      }
      const ids = {
        ResourceDirectoryId: source.directoryId,
        RootFolderId: source.rootFolderId,
        MasterAccountId: managementAccountId,
      };
      if (!isManager && settings.memberDirectoryFields === "ids") {
        return { ResourceDirectory: ids };
      }
      return {
        ResourceDirectory: {
          ...ids,
          MasterAccountName: MANAGEMENT_ACCOUNT_NAME,
          CreateTime: DEFAULT_TIME,
          ControlPolicyStatus: "Disabled",
          MemberDeletionStatus: "Disabled",
          IdentityInformation: "Example Company",
          MemberAccountDisplayNameSyncStatus: "Disabled",
        },
      };
    };
  },
};
