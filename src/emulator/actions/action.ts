import type { EmulatorClock } from "../clock.js";
import type { ContactStore } from "../contacts/contact-store.js";
import type { Outbox } from "../contacts/outbox.js";
import type { ResponseBody } from "../wire/rpc-response.js";
import type { RpcParams } from "../wire/rpc-params.js";
import type { EmulatorSettings } from "../settings.js";

/** A parameter as described by the vendor's metadata. */
export interface ParameterFact {
  readonly type: "text" | "list" | "integer" | "boolean";
  /** Whether the metadata marks it as required; the API gateway then checks its presence. */
  readonly isRequired?: boolean;
}

/** State that an action can read and change. */
export interface ActionContext {
  readonly store: ContactStore;
  readonly outbox: Outbox;
  readonly clock: EmulatorClock;
  readonly settings: EmulatorSettings;
  /** Account of the access key; undefined for the management account. */
  readonly caller?: string;
  /** Rows by which a fault shifts every page of a list but the first; usually 0. */
  readonly slip: number;
}

/** One operation of the vendor. */
export interface RpcAction {
  readonly name: string;
  readonly isWrite: boolean;
  readonly parameters: Readonly<Record<string, ParameterFact>>;
  /**
   * Validates the parameters and returns the function that executes the action. That function
   * is synchronous, so no other call observes a partial change.
   *
   * @throws {RpcError} also from the returned function; the state is then unchanged, unless
   *   the setting `bindAllOrNothing` is off
   */
  prepare(
    params: RpcParams,
    settings: EmulatorSettings,
  ): (context: ActionContext) => ResponseBody;
}

export const TEXT: ParameterFact = { type: "text" };
export const REQUIRED_TEXT: ParameterFact = { type: "text", isRequired: true };
export const LIST: ParameterFact = { type: "list" };
export const REQUIRED_LIST: ParameterFact = { type: "list", isRequired: true };
export const INTEGER: ParameterFact = { type: "integer" };
export const BOOLEAN: ParameterFact = { type: "boolean" };
