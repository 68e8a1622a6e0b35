import { actionForCall, type RpcCheck } from "./gateway-checks.js";
import { rpcError } from "../wire/rpc-errors.js";

export const checkDirectory: RpcCheck = (_call, { settings }) => {
  if (!settings.current.resourceDirectoryEnabled) {
    throw rpcError("EntityNotExists.ResourceDirectory");
  }
};

/** The action's own verdict on each parameter. */
export const checkValues: RpcCheck = (call, { settings }) => {
  call.carryOut = actionForCall(call).prepare(call.params, settings.current);
};

/** Another write that runs, or a deletion if that is to count (open). */
export const checkConflict: RpcCheck = (call, { settings, store, writes }) => {
  const { serializedActions, deletionBlocksWrites } = settings.current;
  if (!serializedActions.includes(actionForCall(call).name)) return;
  if (
    writes.isRunning ||
    (deletionBlocksWrites && store.hasRunningDeletion())
  ) {
    throw rpcError("ConcurrentCallNotSupported");
  }
};
