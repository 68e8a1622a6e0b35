import { Inject, Injectable } from "@nestjs/common";
import type { RequestContext } from "../../context/request-context.js";
import { ErrorCode } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";
import { MessageContactsService } from "../../message-contacts/message-contacts.service.js";
import type { AddMessageContactInput } from "../../message-contacts/shapes/inputs.js";
import { PlanChangeKind, PlanField } from "../shapes/enums.js";
import type {
  ContactsPlanInput,
  PlannedContactInput,
} from "../shapes/inputs.js";
import type { StoredStep } from "./stored-plan.js";

/** Property of an input for each field of a plan. */
const PROPERTIES = {
  [PlanField.NAME]: "name",
  [PlanField.EMAIL_ADDRESS]: "emailAddress",
  [PlanField.PHONE_NUMBER]: "phoneNumber",
  [PlanField.TITLE]: "title",
  [PlanField.MESSAGE_TYPES]: "messageTypes",
} as const satisfies Record<PlanField, keyof PlannedContactInput>;

/** Makes one change of a plan, with one vendor call and the read of its condition. */
@Injectable()
export class StepRunner {
  constructor(
    @Inject(MessageContactsService)
    private readonly service: MessageContactsService,
  ) {}

  /**
   * Resolves with the id of the changed contact.
   *
   * @param added ids of the contacts that earlier steps added, by position in the input;
   *   this step adds its own
   * @throws {GatewayError} of the change. CHANGED_MEANWHILE when an update or a deletion
   *   finds a contact that was changed since it was planned
   */
  async run(
    step: StoredStep,
    input: ContactsPlanInput,
    added: Map<number, string>,
    context: RequestContext,
  ): Promise<string> {
    const { kind, index, etag } = step;
    const position = index ?? -1;
    const targetIds = [...step.targetIds];
    if (kind === PlanChangeKind.ADD) {
      const { id } = await this.service.addMessageContact(
        fieldsOf(step, input) as AddMessageContactInput,
        context,
      );
      added.set(position, id);
      return id;
    }
    const contactId = step.contactId ?? added.get(position);
    // A step of a new contact follows its addition, or was not attempted.
    if (contactId === undefined) throw new GatewayError(ErrorCode.INTERNAL);
    const ifMatch = etag === null ? {} : { ifMatch: etag };
    switch (kind) {
      case PlanChangeKind.UPDATE:
        await this.service.updateMessageContact(
          { contactId, ...fieldsOf(step, input), ...ifMatch },
          context,
        );
        return contactId;
      case PlanChangeKind.BIND:
        await this.service.associateMembers({ contactId, targetIds }, context);
        return contactId;
      case PlanChangeKind.UNBIND:
        await this.service.disassociateMembers(
          { contactId, targetIds },
          context,
        );
        return contactId;
      case PlanChangeKind.DELETE: {
        const { retainContactInMembers = true } = input;
        await this.service.deleteMessageContact(
          { contactId, retainContactInMembers, ...ifMatch },
          context,
        );
        return contactId;
      }
    }
  }
}

/** The values of the fields that a step sets. */
function fieldsOf(
  { fields, index }: StoredStep,
  { contacts }: ContactsPlanInput,
): Partial<AddMessageContactInput> {
  const desired = contacts[index ?? -1];
  return Object.fromEntries(
    fields.map((field) => [PROPERTIES[field], desired?.[PROPERTIES[field]]]),
  );
}
