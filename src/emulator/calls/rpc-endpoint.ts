import type { IncomingMessage, ServerResponse } from "node:http";
import type { CallEntry } from "../state/call-record.js";
import type { EmulatorState } from "../state/emulator-state.js";
import { changedDirectory } from "../accounts/directory-change.js";
import { applyFault } from "../faults/apply-fault.js";
import type { FaultRule } from "../faults/faults.js";
import type { RpcCheck } from "./gateway-checks.js";
import {
  errorResponse,
  serializeResponse,
  successResponse,
  type RpcResponse,
} from "../wire/rpc-response.js";
import {
  openCall,
  requireAction,
  requireKey,
  type RpcCall,
} from "../state/call.js";
import { errorOfCode, RpcError } from "../wire/rpc-errors.js";
import { readBody } from "../wire/rpc-params.js";
import { sendSerialized, setCommonHeaders } from "../wire/send-response.js";

/** The checks of a call, in order. Scripted faults are applied between the two lists. */
export interface RpcChecks {
  readonly gateway: readonly RpcCheck[];
  readonly service: readonly RpcCheck[];
}

/** Handles one call on the RPC endpoint. A scripted fault may replace the response. */
export async function serveCall(
  state: EmulatorState,
  checks: RpcChecks,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const isReusedSocket = state.usedSockets.has(request.socket);
  state.usedSockets.add(request.socket);
  const body = await readBody(request);
  const call = openCall(request, body, state.settings.current);
  const entry = state.calls.open(call, state.clock.now());
  const operation = call.common.actionName ?? "";

  const arrival = state.faults.take({
    operation,
    isArrival: true,
    isReusedSocket,
  });
  if (arrival !== undefined) entry.fault = arrival.effect;
  if (arrival?.effect === "clockSkew") call.skewMs = arrival.ms;
  setCommonHeaders(response, call.requestId, state.vendorTimeFor(call));
  if (arrival?.effect === "resetOnReuse") {
    response.socket?.resetAndDestroy();
    return;
  }

  const error = firstError(call, state, checks.gateway);
  if (error !== undefined) {
    send(call, entry, response, toErrorResponse(error, call, state));
    return;
  }
  const fault = state.faults.take({
    operation,
    isArrival: false,
    isReusedSocket,
  });
  if (fault !== undefined) entry.fault = fault.effect;
  if (fault?.effect === "repeatRow") call.slip = -1;
  else if (fault?.effect === "skipRow") call.slip = 1;
  else if (fault?.when === "before") {
    if (fault.effect !== "delay") {
      await completeWithFault(fault, state, call, entry, response, undefined);
      return;
    }
    await state.clock.wait(fault.ms);
  }
  const answer = await execute(call, state, checks.service, entry);
  if (fault?.when === "after") {
    if (fault.effect === "delay") await state.clock.wait(fault.ms);
    await completeWithFault(fault, state, call, entry, response, answer);
    return;
  }
  send(call, entry, response, answer);
}

/** Executes the action immediately. Resolves with the response after `writeDurationMs`. */
async function execute(
  call: RpcCall,
  state: EmulatorState,
  checks: readonly RpcCheck[],
  entry: CallEntry,
): Promise<RpcResponse> {
  const invalid = firstError(call, state, checks);
  if (invalid !== undefined) return toErrorResponse(invalid, call, state);
  const { store, outbox, clock, writes, scheduledChanges } = state;
  const settings = state.settings.current;
  const effectsBefore = state.effects();
  let answer: RpcResponse;
  try {
    const { name } = requireAction(call);
    for (const change of scheduledChanges.take(name)) {
      store.replaceDirectory(changedDirectory(store.directory, change));
    }
    const caller = requireKey(call).accountId;
    const { slip } = call;
    const context = { store, outbox, clock, settings, slip };
    const body =
      call.execute?.({
        ...context,
        ...(caller === undefined ? {} : { caller }),
      }) ?? {};
    answer = successResponse(name, call.requestId, body);
    entry.executed = true;
  } catch (error) {
    answer = toErrorResponse(error, call, state);
  }
  entry.verdict = resultOf(answer);
  entry.effects = state.effects() - effectsBefore;
  if (entry.executed && requireAction(call).isWrite) {
    await writes.run(settings.writeDurationMs);
  }
  return answer;
}

async function completeWithFault(
  rule: FaultRule,
  state: EmulatorState,
  call: RpcCall,
  entry: CallEntry,
  response: ServerResponse,
  executedResponse: RpcResponse | undefined,
): Promise<void> {
  const faultError = errorOfFault(rule);
  const answer =
    faultError !== undefined
      ? toErrorResponse(faultError, call, state)
      : (executedResponse ??
        successResponse(requireAction(call).name, call.requestId, {}));
  if (faultError !== undefined || executedResponse !== undefined) {
    entry.verdict = resultOf(answer);
  }
  const requestedId = call.params.text("ContactId");
  const other = state.store
    .all()
    .find(({ contactId }) => contactId !== requestedId);
  await applyFault({
    response,
    rule,
    answer,
    format: call.format,
    clock: state.clock,
    otherContactId: other?.contactId ?? "c-0000000000000000",
  });
}

/** The error of an effect that sends an error response; undefined for other effects. */
function errorOfFault(rule: FaultRule): RpcError | undefined {
  const { effect, code, httpStatus, message, ms } = rule;
  if (effect !== "error" && effect !== "status503" && effect !== "throttle") {
    return undefined;
  }
  const defaults = errorOfCode(code);
  return new RpcError(
    code,
    httpStatus ?? defaults.httpStatus,
    message ?? defaults.message,
    {},
    effect === "throttle" ? { "x-acs-retry-after": String(ms) } : {},
  );
}

function firstError(
  call: RpcCall,
  state: EmulatorState,
  checks: readonly RpcCheck[],
): RpcError | undefined {
  try {
    for (const check of checks) check(call, state);
    return undefined;
  } catch (error) {
    if (error instanceof RpcError) return error;
    throw error;
  }
}

/** Converts an RpcError to a response. Rethrows other errors. */
function toErrorResponse(
  error: unknown,
  { requestId }: RpcCall,
  { settings }: EmulatorState,
): RpcResponse {
  if (!(error instanceof RpcError)) throw error;
  return errorResponse(error, requestId, settings.current.hostId);
}

function send(
  call: RpcCall,
  entry: CallEntry,
  response: ServerResponse,
  answer: RpcResponse,
): void {
  entry.verdict = resultOf(answer);
  sendSerialized(response, serializeResponse(answer, call.format));
}

function resultOf({ body }: RpcResponse): string {
  const code = body["Code"];
  return typeof code === "string" ? code : "ok";
}
