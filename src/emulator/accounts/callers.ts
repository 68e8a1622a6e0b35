import type { EmulatorSettings } from "../settings.js";
import { rpcError } from "../wire/rpc-errors.js";
import type { Directory } from "./directory.js";

/** Requires the management account or a delegated administrator (documented for ListAccounts). */
export function checkMayList(
  directory: Directory,
  accountId: string | undefined,
  settings: EmulatorSettings,
): void {
  if (
    accountId !== undefined &&
    accountId !== directory.managementAccountId &&
    !settings.delegatedAdministrators.includes(accountId)
  ) {
    throw rpcError(settings.memberListCode);
  }
}
