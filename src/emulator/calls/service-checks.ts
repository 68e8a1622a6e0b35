import type { RpcCheck } from "./gateway-checks.js";
import { requireAction } from "../state/call.js";
import { rpcError } from "../wire/rpc-errors.js";

export const checkDirectory: RpcCheck = (call, { settings }) => {
  if (settings.current.resourceDirectoryEnabled) return;
  throw rpcError(
    requireAction(call).name === "GetResourceDirectory"
      ? "ResourceDirectoryNotInUse"
      : "EntityNotExists.ResourceDirectory",
  );
};

/** Validates the parameter values and prepares the action. */
export const checkValues: RpcCheck = (call, { settings }) => {
  call.execute = requireAction(call).prepare(call.params, settings.current);
};

/** Rejects a write while another write runs, or a deletion if `deletionBlocksWrites` is on. */
export const checkConflict: RpcCheck = (call, { settings, store, writes }) => {
  const { serializedActions, deletionBlocksWrites } = settings.current;
  if (!serializedActions.includes(requireAction(call).name)) return;
  if (
    writes.isRunning ||
    (deletionBlocksWrites && store.hasRunningDeletion())
  ) {
    throw rpcError("ConcurrentCallNotSupported");
  }
};
