import { ControlInputError } from "../json.js";
import {
  DEFAULT_FIGURES,
  FAULT_MOMENTS,
  type FaultEffect,
  type FaultFigures,
  type FaultMoment,
} from "./fault-kinds.js";

/** A fault as it is scripted; only the effect is needed. */
export interface FaultInput extends Partial<FaultFigures> {
  readonly effect: FaultEffect;
  /** Operation name, or `*` for all (the default). */
  readonly operation?: string;
  /** Before or after the action is carried out; the effect's first moment when left out. */
  readonly when?: "before" | "after";
  /** How many calls it meets: 1, or without end when a probability is given. */
  readonly times?: number | null;
  /** How many calls that it would meet pass by first: 0. */
  readonly skip?: number;
  /** Chance for each call, above 0 up to 1: 1. */
  readonly probability?: number;
}

/** A scripted fault and how far it has got. */
export interface FaultRule extends FaultFigures {
  readonly faultId: number;
  readonly effect: FaultEffect;
  readonly operation: string;
  readonly when: FaultMoment;
  readonly times: number | null;
  readonly skip: number;
  readonly probability: number;
  /** Calls that passed by. */
  skipped: number;
  /** Calls that were met. */
  met: number;
}

/** What a fault can be chosen by. */
export interface FaultOccasion {
  readonly operation: string;
  readonly isArrival: boolean;
  /** Whether the call came on a connection that carried one before. */
  readonly isReusedSocket: boolean;
}

/** The scripted faults, in the order they were added; the first that applies meets a call. */
export class Faults {
  #rules: FaultRule[] = [];
  #count = 0;

  constructor(private readonly random: () => number) {}

  /** @throws {ControlInputError} when the effect cannot happen at that moment */
  add(input: FaultInput): FaultRule {
    const { effect, operation, when, times, skip, probability, ...figures } =
      input;
    const moments = FAULT_MOMENTS[effect];
    const moment = when ?? moments[0];
    if (when !== undefined && !moments.some((known) => known === when)) {
      throw new ControlInputError(
        `${effect} happens ${moments.join(" or ")} only`,
      );
    }
    this.#count += 1;
    const rule: FaultRule = {
      ...DEFAULT_FIGURES[effect],
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

  /** The fault that meets this call, counted as met. */
  take(occasion: FaultOccasion): FaultRule | undefined {
    return this.#rules.find((rule) => this.#meets(rule, occasion));
  }

  all(): FaultRule[] {
    return this.#rules.map((rule) => ({ ...rule }));
  }

  /** Takes back one fault, or all. */
  clear(faultId?: number): void {
    this.#rules =
      faultId === undefined
        ? []
        : this.#rules.filter((rule) => rule.faultId !== faultId);
  }

  #meets(rule: FaultRule, occasion: FaultOccasion): boolean {
    const applies =
      (rule.operation === "*" || rule.operation === occasion.operation) &&
      (rule.when === "arrival") === occasion.isArrival &&
      (rule.effect !== "resetOnReuse" || occasion.isReusedSocket) &&
      (rule.times === null || rule.met < rule.times);
    if (!applies) return false;
    if (rule.skipped < rule.skip) {
      rule.skipped += 1;
      return false;
    }
    if (rule.probability < 1 && this.random() >= rule.probability) return false;
    rule.met += 1;
    return true;
  }
}
