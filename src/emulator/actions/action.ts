import type { EmulatorClock } from "../clock.js";
import type { ContactStore } from "../contacts/contact-store.js";
import type { Outbox } from "../contacts/outbox.js";
import type { RpcParams } from "../wire/rpc-params.js";
import type { EmulatorSettings } from "../settings.js";

/** Members of an answer besides RequestId. */
export type AnswerBody = Readonly<Record<string, unknown>>;

/** What the vendor's metadata says about a parameter. */
export interface ParameterFact {
  readonly type: "text" | "list" | "integer" | "boolean";
  /** Marked required in the metadata, so that the API gateway tests it. */
  readonly isRequired?: boolean;
}

/** What an action may look at and change. */
export interface ActionContext {
  readonly store: ContactStore;
  readonly outbox: Outbox;
  readonly clock: EmulatorClock;
  readonly settings: EmulatorSettings;
}

/** One operation of the vendor. */
export interface RpcAction {
  readonly name: string;
  readonly isWrite: boolean;
  readonly parameters: Readonly<Record<string, ParameterFact>>;
  /**
   * Judges the parameters by themselves, and gives the function that carries the action out.
   * That function runs to its end at once: no other call sees half of a change.
   *
   * @throws {RpcError} from both halves; nothing is changed then, unless a setting says so
   */
  prepare(
    params: RpcParams,
    settings: EmulatorSettings,
  ): (context: ActionContext) => AnswerBody;
}

export const TEXT: ParameterFact = { type: "text" };
export const REQUIRED_TEXT: ParameterFact = { type: "text", isRequired: true };
export const LIST: ParameterFact = { type: "list" };
export const REQUIRED_LIST: ParameterFact = { type: "list", isRequired: true };
export const INTEGER: ParameterFact = { type: "integer" };
export const BOOLEAN: ParameterFact = { type: "boolean" };
