import { Inject, Injectable } from "@nestjs/common";
import { Config } from "../../config/config.js";
import type { RequestContext } from "../../context/request-context.js";
import { ErrorCode } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";
import { tooCostly } from "../../graphql/upstream-cost.js";
import { Logger } from "../../logging/logger.js";
import {
  inOrder,
  isOfOneItem,
  type ItemOutcome,
  type Stops,
} from "./run-in-order.js";
import { MessageContactsService } from "../message-contacts.service.js";
import { MAX_TARGETS_PER_CALL } from "../shapes/input-fields.js";
import type {
  AssociateMembersInput,
  DisassociateMembersInput,
  UpdateMessageContactInput,
} from "../shapes/inputs.js";
import type { BindingChange, KnownContact } from "../shapes/payloads.js";

/** No item is begun with less than this left of the request's time. */
const RESERVE_MS = 5_000;

/** Errors of the request's key, not of an item: at the first one, no item was sent. */
const OF_THE_KEY: ReadonlySet<ErrorCode> = new Set([
  ErrorCode.IDEMPOTENCY_KEY_REUSED,
  ErrorCode.IDEMPOTENCY_IN_PROGRESS,
  ErrorCode.STATE_UNAVAILABLE,
]);

/** What became of one target. */
export interface TargetOutcome {
  readonly targetId: string;
  readonly outcome: ItemOutcome<BindingChange | null>;
}

type Bind = (
  input: AssociateMembersInput,
  context: RequestContext,
) => Promise<BindingChange[]>;

/** Changes that take several vendor calls, with a result for each item. */
@Injectable()
export class BulkChanges {
  constructor(
    @Inject(MessageContactsService)
    private readonly service: MessageContactsService,
    @Inject(Config) private readonly config: Config,
    @Inject(Logger) private readonly logger: Logger,
  ) {}

  /**
   * One vendor call for each item, in order. What is wrong with one item does
   * not stop the others; a vendor in trouble, or time that runs out, does.
   *
   * @throws {GatewayError} REQUEST_TOO_COSTLY before anything is sent; an error of
   *   the idempotency key, at the first item
   */
  async updateMessageContacts(
    inputs: readonly UpdateMessageContactInput[],
    context: RequestContext,
  ): Promise<ItemOutcome<KnownContact>[]> {
    this.requireCalls(inputs.length);
    if (context.idempotency !== undefined) context.idempotency.payload = inputs;
    const outcomes = await inOrder(
      inputs,
      (input) => this.service.updateMessageContact(input, context),
      this.stops(context, isOfOneItem),
    );
    const [first] = outcomes;
    if (first?.status === "FAILED" && OF_THE_KEY.has(first.error.code)) {
      throw first.error;
    }
    return outcomes;
  }

  /** Five targets a vendor call, in order; see `changed`. */
  associateMembers(
    input: AssociateMembersInput,
    context: RequestContext,
  ): Promise<TargetOutcome[]> {
    return this.changed(
      (part) => this.service.associateMembers(part, context),
      input,
      context,
    );
  }

  /** Five targets a vendor call, in order; see `changed`. */
  disassociateMembers(
    input: DisassociateMembersInput,
    context: RequestContext,
  ): Promise<TargetOutcome[]> {
    return this.changed(
      (part) => this.service.disassociateMembers(part, context),
      input,
      context,
    );
  }

  /**
   * Stops at the first call that fails: its targets share the error, those
   * after it are not attempted.
   *
   * @throws {GatewayError} when there is only one call and it fails
   */
  private async changed(
    bind: (part: AssociateMembersInput) => ReturnType<Bind>,
    { contactId, targetIds }: AssociateMembersInput,
    context: RequestContext,
  ): Promise<TargetOutcome[]> {
    if (context.idempotency !== undefined) {
      context.idempotency.payload = targetIds;
    }
    const parts = partsOf(targetIds, MAX_TARGETS_PER_CALL);
    this.requireCalls(parts.length);
    const outcomes = await inOrder(
      parts,
      (part) => bind({ contactId, targetIds: part }),
      this.stops(context, () => false),
    );
    const [only] = outcomes;
    if (outcomes.length === 1 && only?.status === "FAILED") throw only.error;
    return outcomes.flatMap((outcome, at) =>
      (parts[at] ?? []).map((targetId) => ({
        targetId,
        outcome: ofTarget(outcome, targetId),
      })),
    );
  }

  private requireCalls(count: number): void {
    const { MAX_UPSTREAM_CALLS_PER_REQUEST: most } = this.config;
    if (count > most) throw tooCostly(count, most);
  }

  private stops(
    context: RequestContext,
    goOnAfter: (error: GatewayError) => boolean,
  ): Stops {
    const endsAtMs =
      context.startedAtMs + this.config.WRITE_DEADLINE_MS - RESERVE_MS;
    return {
      goOnAfter,
      isTimeOver: () =>
        performance.now() > endsAtMs || context.isGone?.() === true,
      logger: this.logger,
      context,
    };
  }
}

/** The part of a call's outcome that is about one target. */
function ofTarget(
  outcome: ItemOutcome<BindingChange[]>,
  targetId: string,
): TargetOutcome["outcome"] {
  if (outcome.status !== "DONE") return outcome;
  const value =
    outcome.value.find((change) => change.targetId === targetId) ?? null;
  return { status: "DONE", value };
}

function partsOf<T>(items: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let at = 0; at < items.length; at += size) {
    parts.push(items.slice(at, at + size));
  }
  return parts;
}
