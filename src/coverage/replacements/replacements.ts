import { Inject, Injectable } from "@nestjs/common";
import { Config } from "../../config/config.js";
import type { RequestContext } from "../../context/request-context.js";
import { DirectoryService } from "../../directory/directory.service.js";
import { ErrorCode } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";
import { requireCalls } from "../../graphql/upstream-cost.js";
import { withFieldNames } from "../../http/field-names.js";
import { Logger } from "../../logging/logger.js";
import { AllContacts } from "../../message-contacts/all-contacts.js";
import { batchesOf } from "../../message-contacts/bulk/batches-of.js";
import {
  runInOrder,
  throwKeyError,
  untilDeadline,
  withError,
  type ItemOutcome,
} from "../../message-contacts/bulk/run-in-order.js";
import { MessageContactsService } from "../../message-contacts/message-contacts.service.js";
import type { ContactDeletion } from "../../message-contacts/shapes/contact-deletion.js";
import { MAX_TARGETS_PER_CALL } from "../../message-contacts/shapes/input-fields.js";
import type { MessageContact } from "../../message-contacts/shapes/message-contact.js";
import { Upstream } from "../../upstream/upstream.js";
import { lostRecipients } from "../lost-recipients.js";
import { ReplacementStepKind } from "../shapes/enums.js";
import type { ReplaceMessageContactInput } from "../shapes/inputs.js";
import { lossOf } from "./replacement-errors.js";
import { isReplacementPlan, type ReplacementPlan } from "./replacement-plan.js";
import { invalidInput } from "../../validation/invalid-input.js";

/** The contact that a `BIND` concerns is the replacement, which also names the targets. */
const BIND_NAMES = { contactId: "replacementId", targetIds: "replacementId" };

/** One write of a replacement, with its outcome. */
export interface ReplacementStep {
  readonly kind: ReplacementStepKind;
  /** Targets of a `BIND`; empty for the `DELETE`. */
  readonly targetIds: readonly string[];
  /** The deletion that a `DELETE` started; null for a `BIND`. */
  readonly outcome: ItemOutcome<ContactDeletion | null>;
}

/**
 * Replaces a contact with another one: binds the replacement first, then deletes the
 * contact, so that no account is without both of them at any moment.
 */
@Injectable()
export class Replacements {
  constructor(
    @Inject(MessageContactsService)
    private readonly service: MessageContactsService,
    @Inject(AllContacts) private readonly allContacts: AllContacts,
    @Inject(DirectoryService) private readonly directory: DirectoryService,
    @Inject(Upstream) private readonly upstream: Upstream,
    @Inject(Config) private readonly config: Config,
    @Inject(Logger) private readonly logger: Logger,
  ) {}

  /**
   * Resolves with one outcome per write. Stops at the first write that fails, so the
   * contact is deleted only after all bindings were made, and only if it was not changed
   * since the writes were planned.
   *
   * Repeated with the same idempotency key, it continues where it was interrupted.
   * Without a key, it binds only what is not bound yet.
   *
   * @throws {GatewayError} before the first write: INVALID_INPUT, CONTACT_NOT_FOUND,
   *   STATUS_CONFLICT when accounts would lose their last `ACTIVE` contact,
   *   REQUEST_TOO_COSTLY, or an error of the idempotency key
   */
  async replaceMessageContact(
    input: ReplaceMessageContactInput,
    context: RequestContext,
  ): Promise<ReplacementStep[]> {
    const { contactId, replacementId, retainContactInMembers } = input;
    if (contactId === replacementId) {
      throw invalidInput([{ field: ["replacementId"], rule: "unique" }]);
    }
    const payload = { ...input };
    if (context.idempotency !== undefined) {
      context.idempotency.payload = payload;
    }
    const { targetIds, etag } = await this.upstream
      .plansOf(context)
      .once(
        ["replaceMessageContact", payload],
        isReplacementPlan,
        () => this.plan(input, context),
        context,
      );
    const batches = batchesOf(targetIds, MAX_TARGETS_PER_CALL);
    // The deletion needs a second call for its condition.
    requireCalls(batches.length + 2, this.config);
    const outcomes = await runInOrder<
      readonly string[] | null,
      ContactDeletion | null
    >(
      [...batches, null],
      async (batch) => {
        if (batch !== null) {
          await this.service.associateMembers(
            { contactId: replacementId, targetIds: [...batch] },
            context,
          );
          return null;
        }
        return this.service.deleteMessageContact(
          {
            contactId,
            ifMatch: etag,
            ...(retainContactInMembers === undefined
              ? {}
              : { retainContactInMembers }),
          },
          context,
        );
      },
      untilDeadline(this.config, this.logger, context, () => false),
    );
    throwKeyError(outcomes);
    return outcomes.map((outcome, index) => ({
      kind:
        index < batches.length
          ? ReplacementStepKind.BIND
          : ReplacementStepKind.DELETE,
      targetIds: batches[index] ?? [],
      outcome:
        index < batches.length
          ? withError(outcome, (error) => withFieldNames(error, BIND_NAMES))
          : outcome,
    }));
  }

  private async plan(
    input: ReplaceMessageContactInput,
    context: RequestContext,
  ): Promise<ReplacementPlan> {
    const { contactId, replacementId, force = false } = input;
    // A cached read could lack a new binding, which would then be lost.
    const current = { ...context, maxAgeMs: 0 };
    const contacts = await this.allContacts.read(current);
    const contact = find(contacts, contactId, "contactId");
    const replacement = find(contacts, replacementId, "replacementId");
    const bound = new Set(replacement.bindings.map(({ targetId }) => targetId));
    if (!force) {
      await this.requireNoLoss(contact, replacement, contacts, context);
    }
    return {
      targetIds: contact.bindings
        .map(({ targetId }) => targetId)
        .filter((targetId) => !bound.has(targetId)),
      etag: contact.etag,
    };
  }

  private async requireNoLoss(
    contact: MessageContact,
    replacement: MessageContact,
    contacts: readonly MessageContact[],
    context: RequestContext,
  ): Promise<void> {
    const { accounts } = await this.directory.readTree(context);
    const after = contacts
      .filter(({ id }) => id !== contact.id)
      .map((other) =>
        other.id === replacement.id
          ? { ...other, bindings: [...other.bindings, ...contact.bindings] }
          : other,
      );
    const lost = lostRecipients(accounts, contact, contacts, after);
    if (lost.length > 0) throw lossOf(lost);
  }
}

function find(
  contacts: readonly MessageContact[],
  id: string,
  field: string,
): MessageContact {
  const found = contacts.find((contact) => contact.id === id);
  if (found !== undefined) return found;
  throw new GatewayError(ErrorCode.CONTACT_NOT_FOUND, {
    field: [field],
    value: id,
  });
}

/** The deletion that the last step started; null when it was not started. */
export function deletionOf(
  steps: readonly ReplacementStep[],
): ContactDeletion | null {
  const outcome = steps.at(-1)?.outcome;
  return outcome?.status === "DONE" ? outcome.value : null;
}
