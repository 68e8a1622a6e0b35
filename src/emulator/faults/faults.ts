import { ControlInputError } from "../schema.js";
import {
  DEFAULT_PARAMETERS,
  FAULT_MOMENTS,
  type FaultEffect,
  type FaultParameters,
  type FaultMoment,
} from "./fault-kinds.js";

/** Definition of a scripted fault. Only the effect is required. */
export interface FaultInput extends Partial<FaultParameters> {
  readonly effect: FaultEffect;
  /** Operation name, or `*` for all. Default: `*`. */
  readonly operation?: string;
  /** Before or after the action is executed. Default: the effect's first moment. */
  readonly when?: "before" | "after";
  /** Number of calls to apply it to; null means unlimited. Default: 1, or null with `probability`. */
  readonly times?: number | null;
  /** Number of matching calls to skip first. Default: 0. */
  readonly skip?: number;
  /** Probability per matching call, greater than 0 and at most 1. Default: 1. */
  readonly probability?: number;
}

/** A scripted fault with its counters. */
export interface FaultRule extends FaultParameters {
  readonly faultId: number;
  readonly effect: FaultEffect;
  readonly operation: string;
  readonly when: FaultMoment;
  readonly times: number | null;
  readonly skip: number;
  readonly probability: number;
  /** Matching calls that were skipped. */
  skipped: number;
  /** Calls to which the fault was applied. */
  met: number;
}

/** Properties of a call that select a fault. */
export interface FaultMatchInput {
  readonly operation: string;
  readonly isArrival: boolean;
  /** Whether the connection has carried an earlier call. */
  readonly isReusedSocket: boolean;
}

/** The scripted faults, in the order they were added. The first matching one is applied. */
export class Faults {
  #rules: FaultRule[] = [];
  #count = 0;

  constructor(private readonly random: () => number) {}

  /** @throws {ControlInputError} when the effect does not support the moment `when` */
  add(input: FaultInput): FaultRule {
    const { effect, operation, when, times, skip, probability, ...figures } =
      input;
    const moments = FAULT_MOMENTS[effect];
    const moment = when ?? moments[0];
    if (when !== undefined && !moments.some((allowed) => allowed === when)) {
      throw new ControlInputError(
        `${effect} cannot be applied at "${when}"; possible: ${moments.join(", ")}`,
      );
    }
    this.#count += 1;
    const rule: FaultRule = {
      ...DEFAULT_PARAMETERS[effect],
      ...figures,
      faultId: this.#count,
      effect,
      operation: operation ?? "*",
      when: moment,
      times:
        times === undefined ? (probability === undefined ? 1 : null) : times,
      skip: skip ?? 0,
      probability: probability ?? 1,
      skipped: 0,
      met: 0,
    };
    this.#rules.push(rule);
    return { ...rule };
  }

  /** Returns the fault to apply to a call and counts it as applied. */
  take(call: FaultMatchInput): FaultRule | undefined {
    return this.#rules.find((rule) => this.#isApplied(rule, call));
  }

  all(): FaultRule[] {
    return this.#rules.map((rule) => ({ ...rule }));
  }

  /** Removes one fault, or all of them. */
  clear(faultId?: number): void {
    this.#rules =
      faultId === undefined
        ? []
        : this.#rules.filter((rule) => rule.faultId !== faultId);
  }

  #isApplied(rule: FaultRule, call: FaultMatchInput): boolean {
    const isMatch =
      (rule.operation === "*" || rule.operation === call.operation) &&
      (rule.when === "arrival") === call.isArrival &&
      (rule.effect !== "resetOnReuse" || call.isReusedSocket) &&
      (rule.times === null || rule.met < rule.times);
    if (!isMatch) return false;
    if (rule.skipped < rule.skip) {
      rule.skipped += 1;
      return false;
    }
    if (rule.probability < 1 && this.random() >= rule.probability) return false;
    rule.met += 1;
    return true;
  }
}
