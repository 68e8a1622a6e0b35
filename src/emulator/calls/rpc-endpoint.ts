import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { CallEntry } from "../state/call-record.js";
import type { EmulatorState } from "../state/emulator-state.js";
import { playFault } from "./fault-effects.js";
import type { FaultRule } from "../faults/faults.js";
import { actionForCall, type RpcCheck } from "./gateway-checks.js";
import {
  errorAnswer,
  renderAnswer,
  successAnswer,
  type RpcAnswer,
} from "../wire/rpc-answer.js";
import { openCall, type RpcCall } from "../state/call.js";
import { errorOfCode, RpcError } from "../wire/rpc-errors.js";
import { readBody } from "../wire/rpc-params.js";
import { sendRendered, setCommonHeaders } from "../wire/rpc-response.js";

/** The checks of a call, in order, on either side of the point where scripted faults meet it. */
export interface RpcChecks {
  readonly gateway: readonly RpcCheck[];
  readonly service: readonly RpcCheck[];
}

/** Connections that have brought a call. */
const knownSockets = new WeakSet<Socket>();

/** Answers one call on the RPC endpoint, or lets a scripted fault end it. */
export async function serveCall(
  state: EmulatorState,
  checks: RpcChecks,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const isReusedSocket = knownSockets.has(request.socket);
  knownSockets.add(request.socket);
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

  const refusal = firstRefusal(call, state, checks.gateway);
  if (refusal !== undefined) {
    send(call, entry, response, refused(refusal, call, state));
    return;
  }
  const fault = state.faults.take({
    operation,
    isArrival: false,
    isReusedSocket,
  });
  if (fault !== undefined) entry.fault = fault.effect;
  if (fault?.when === "before") {
    if (fault.effect !== "delay") {
      await endWith(fault, state, call, entry, response, undefined);
      return;
    }
    await state.clock.wait(fault.ms);
  }
  const answer = await carryOut(call, state, checks.service, entry);
  if (fault?.when === "after") {
    if (fault.effect === "delay") await state.clock.wait(fault.ms);
    await endWith(fault, state, call, entry, response, answer);
    return;
  }
  send(call, entry, response, answer);
}

/** Changes the state at once, and resolves with the answer when the write's duration is over. */
async function carryOut(
  call: RpcCall,
  state: EmulatorState,
  checks: readonly RpcCheck[],
  entry: CallEntry,
): Promise<RpcAnswer> {
  const refusal = firstRefusal(call, state, checks);
  if (refusal !== undefined) return refused(refusal, call, state);
  const { store, outbox, clock, writes } = state;
  const settings = state.settings.current;
  const effectsBefore = state.effects();
  let answer: RpcAnswer;
  try {
    const body = call.carryOut?.({ store, outbox, clock, settings }) ?? {};
    answer = successAnswer(actionForCall(call).name, call.requestId, body);
    entry.executed = true;
  } catch (error) {
    answer = refused(error, call, state);
  }
  entry.verdict = verdictOf(answer);
  entry.effects = state.effects() - effectsBefore;
  if (entry.executed && actionForCall(call).isWrite) {
    await writes.run(settings.writeDurationMs);
  }
  return answer;
}

async function endWith(
  rule: FaultRule,
  state: EmulatorState,
  call: RpcCall,
  entry: CallEntry,
  response: ServerResponse,
  carriedOut: RpcAnswer | undefined,
): Promise<void> {
  const own = errorOfFault(rule);
  const answer =
    own !== undefined
      ? refused(own, call, state)
      : (carriedOut ??
        successAnswer(actionForCall(call).name, call.requestId, {}));
  if (own !== undefined || carriedOut !== undefined) {
    entry.verdict = verdictOf(answer);
  }
  const asked = call.params.text("ContactId");
  const other = state.store.all().find(({ contactId }) => contactId !== asked);
  await playFault({
    response,
    rule,
    answer,
    format: call.format,
    clock: state.clock,
    otherContactId: other?.contactId ?? "c-0000000000000000",
  });
}

/** The error body that some effects answer with. */
function errorOfFault(rule: FaultRule): RpcError | undefined {
  const { effect, code, httpStatus, message, ms } = rule;
  if (effect !== "error" && effect !== "status503" && effect !== "throttle") {
    return undefined;
  }
  const usual = errorOfCode(code);
  return new RpcError(
    code,
    httpStatus ?? usual.httpStatus,
    message ?? usual.message,
    {},
    effect === "throttle" ? { "x-acs-retry-after": String(ms) } : {},
  );
}

function firstRefusal(
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

/** Rethrows what is no refusal. */
function refused(
  error: unknown,
  { requestId }: RpcCall,
  { settings }: EmulatorState,
): RpcAnswer {
  if (!(error instanceof RpcError)) throw error;
  return errorAnswer(error, requestId, settings.current.hostId);
}

function send(
  call: RpcCall,
  entry: CallEntry,
  response: ServerResponse,
  answer: RpcAnswer,
): void {
  entry.verdict = verdictOf(answer);
  sendRendered(response, renderAnswer(answer, call.format));
}

function verdictOf({ body }: RpcAnswer): string {
  const code = body["Code"];
  return typeof code === "string" ? code : "ok";
}
