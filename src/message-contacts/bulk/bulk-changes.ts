import { Inject, Injectable } from "@nestjs/common";
import { Config } from "../../config/config.js";
import type { RequestContext } from "../../context/request-context.js";
import { requireCalls } from "../../graphql/upstream-cost.js";
import { Logger } from "../../logging/logger.js";
import { batchesOf } from "./batches-of.js";
import {
  runInOrder,
  isItemError,
  throwKeyError,
  untilDeadline,
  type ItemOutcome,
} from "./run-in-order.js";
import { MessageContactsService } from "../message-contacts.service.js";
import { MAX_TARGETS_PER_CALL } from "../shapes/input-fields.js";
import type {
  AssociateMembersInput,
  DisassociateMembersInput,
  UpdateMessageContactInput,
} from "../shapes/inputs.js";
import type { BindingChange, KnownContact } from "../shapes/payloads.js";

/** Outcome of one target. */
export interface TargetOutcome {
  readonly targetId: string;
  readonly outcome: ItemOutcome<BindingChange | null>;
}

type Bind = (
  input: AssociateMembersInput,
  context: RequestContext,
) => Promise<BindingChange[]>;

/** Changes that need several vendor calls, with an outcome for each item. */
@Injectable()
export class BulkChanges {
  constructor(
    @Inject(MessageContactsService)
    private readonly service: MessageContactsService,
    @Inject(Config) private readonly config: Config,
    @Inject(Logger) private readonly logger: Logger,
  ) {}

  /**
   * Makes one vendor call per item, in order. An error that concerns one item only does
   * not stop the others; an upstream failure or the deadline does.
   *
   * @throws {GatewayError} REQUEST_TOO_COSTLY before the first call, or an error of the
   *   idempotency key
   */
  async updateMessageContacts(
    inputs: readonly UpdateMessageContactInput[],
    context: RequestContext,
  ): Promise<ItemOutcome<KnownContact>[]> {
    const conditions = inputs.filter(({ ifMatch }) => ifMatch !== undefined);
    requireCalls(inputs.length + conditions.length, this.config);
    if (context.idempotency !== undefined) context.idempotency.payload = inputs;
    const outcomes = await runInOrder(
      inputs,
      (input) => this.service.updateMessageContact(input, context),
      untilDeadline(this.config, this.logger, context, isItemError),
    );
    throwKeyError(outcomes);
    return outcomes;
  }

  /** Sends up to five targets per vendor call; see `changeBindings`. */
  associateMembers(
    input: AssociateMembersInput,
    context: RequestContext,
  ): Promise<TargetOutcome[]> {
    return this.changeBindings(
      (batch) => this.service.associateMembers(batch, context),
      input,
      context,
    );
  }

  /** Sends up to five targets per vendor call; see `changeBindings`. */
  disassociateMembers(
    input: DisassociateMembersInput,
    context: RequestContext,
  ): Promise<TargetOutcome[]> {
    return this.changeBindings(
      (batch) => this.service.disassociateMembers(batch, context),
      input,
      context,
    );
  }

  /**
   * Stops at the first failed call. The targets of that call share its error; later
   * targets are not attempted.
   *
   * @throws {GatewayError} when the only call fails
   */
  private async changeBindings(
    bind: (batch: AssociateMembersInput) => ReturnType<Bind>,
    { contactId, targetIds, ifMatch }: AssociateMembersInput,
    context: RequestContext,
  ): Promise<TargetOutcome[]> {
    if (context.idempotency !== undefined) {
      context.idempotency.payload = targetIds;
    }
    const batches = batchesOf(targetIds, MAX_TARGETS_PER_CALL);
    requireCalls(batches.length + (ifMatch === undefined ? 0 : 1), this.config);
    const outcomes = await runInOrder(
      batches,
      (batch) =>
        // The first call changes the contact, so the condition is for that one.
        bind({
          contactId,
          targetIds: batch,
          ...(batch === batches[0] ? { ifMatch } : {}),
        }),
      untilDeadline(this.config, this.logger, context, () => false),
    );
    const [only] = outcomes;
    if (outcomes.length === 1 && only?.status === "FAILED") throw only.error;
    return outcomes.flatMap((outcome, index) =>
      (batches[index] ?? []).map((targetId) => ({
        targetId,
        outcome: targetOutcome(outcome, targetId),
      })),
    );
  }
}

/** Outcome of one target, taken from the outcome of its call. */
function targetOutcome(
  outcome: ItemOutcome<BindingChange[]>,
  targetId: string,
): TargetOutcome["outcome"] {
  if (outcome.status !== "DONE") return outcome;
  const value =
    outcome.value.find((change) => change.targetId === targetId) ?? null;
  return { status: "DONE", value };
}
