import { Inject, Injectable } from "@nestjs/common";
import { requireScope } from "../../access/rights/scopes.js";
import { Config } from "../../config/config.js";
import type { RequestContext } from "../../context/request-context.js";
import type { GatewayError } from "../../errors/gateway-error.js";
import { Logger } from "../../logging/logger.js";
import {
  runInOrder,
  throwKeyError,
  untilDeadline,
  type ItemOutcome,
} from "../../message-contacts/bulk/run-in-order.js";
import { Upstream } from "../../upstream/upstream.js";
import { ContactsPlanService } from "../contacts-plan.service.js";
import type { ContactsPlan } from "../planner/contacts-plan.js";
import type { ContactsPlanInput } from "../shapes/inputs.js";
import { rejectionOf } from "./apply-rejection.js";
import { StepRunner } from "./step-runner.js";
import { isStoredPlan, toStoredPlan, type StoredStep } from "./stored-plan.js";
import { invalidInput } from "../../validation/invalid-input.js";

/** One change, with its outcome. The value of a `DONE` is the id of the contact. */
export interface AppliedStep extends Pick<StoredStep, "kind" | "targetIds"> {
  /** Null for a contact that was not added. */
  readonly contactId: string | null;
  readonly name: string | null;
  readonly outcome: ItemOutcome<string>;
}

/** Result of applying a plan. */
export type Applied =
  | { readonly kind: "applied"; readonly steps: readonly AppliedStep[] }
  | {
      readonly kind: "rejected";
      readonly error: GatewayError;
      readonly plan: ContactsPlan;
    };

/** Calls of one change: a condition needs a second one. */
const MAX_CALLS_PER_STEP = 2;

/** Applies plans. Sends no verification message. */
@Injectable()
export class PlanApplication {
  constructor(
    @Inject(ContactsPlanService) private readonly plans: ContactsPlanService,
    @Inject(StepRunner) private readonly runner: StepRunner,
    @Inject(Upstream) private readonly upstream: Upstream,
    @Inject(Config) private readonly config: Config,
    @Inject(Logger) private readonly logger: Logger,
  ) {}

  /**
   * Plans again, and makes the changes if the plan still has this digest and no problem.
   *
   * Makes one change after the other and stops at the first failure, at the deadline, and
   * at the limit of calls of a request; the other changes are then not attempted. Repeated
   * with the same idempotency key, it continues where it stopped. Without a key, a new
   * plan contains what is left.
   *
   * @param digest of the plan to apply; null applies any plan
   * @throws {GatewayError} before the first change: FORBIDDEN without `contacts:delete`
   *   for `prune`, INVALID_INPUT without a digest, the error of a read, or of the
   *   idempotency key
   */
  async apply(
    input: ContactsPlanInput,
    digest: string | null | undefined,
    context: RequestContext,
  ): Promise<Applied> {
    if (digest === undefined) {
      throw invalidInput([{ field: ["If-Match"], rule: "required" }]);
    }
    if (input.prune === true) requireScope("deleteMessageContact", context);
    const payload = { input, digest };
    if (context.idempotency !== undefined) {
      context.idempotency.payload = payload;
    }
    let rejected: Extract<Applied, { kind: "rejected" }> | undefined;
    try {
      const { steps } = await this.upstream.plansOf(context).once(
        ["applyContactsPlan", payload],
        isStoredPlan,
        async () => {
          const plan = await this.plans.plan(input, context);
          const error = rejectionOf(plan, digest ?? plan.digest);
          if (error === null) return toStoredPlan(plan);
          rejected = { kind: "rejected", error, plan };
          throw error;
        },
        context,
      );
      return {
        kind: "applied",
        steps: await this.run(input, steps, context),
      };
    } catch (error) {
      if (rejected !== undefined) return rejected;
      throw error;
    }
  }

  private async run(
    input: ContactsPlanInput,
    steps: readonly StoredStep[],
    context: RequestContext,
  ): Promise<AppliedStep[]> {
    const options = untilDeadline(
      this.config,
      this.logger,
      context,
      () => false,
    );
    const callsLeft = (): number =>
      this.config.MAX_UPSTREAM_CALLS_PER_REQUEST -
      (context.usage.requestedCalls ?? 0);
    const added = new Map<number, string>();
    const outcomes = await runInOrder(
      steps,
      (step) => this.runner.run(step, input, added, context),
      {
        ...options,
        isOutOfTime: () =>
          options.isOutOfTime() || callsLeft() < MAX_CALLS_PER_STEP,
      },
    );
    throwKeyError(outcomes);
    return steps.map(({ kind, index, contactId, targetIds }, position) => ({
      kind,
      targetIds,
      contactId: contactId ?? added.get(index ?? -1) ?? null,
      name: index === null ? null : (input.contacts[index]?.name ?? null),
      outcome: outcomes[position] ?? { status: "NOT_ATTEMPTED" },
    }));
  }
}
