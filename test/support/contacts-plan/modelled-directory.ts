import {
  BindingTargetKind,
  ContactStatus,
  type ContactTitle,
  type MessageType,
} from "../../../src/message-contacts/shapes/enums.js";
import type { MessageContact } from "../../../src/message-contacts/shapes/message-contact.js";
import type { PlannedChange } from "../../../src/contacts-plan/planner/contacts-plan.js";
import {
  PlanChangeKind,
  PlanField,
} from "../../../src/contacts-plan/shapes/enums.js";

/** Limits of the modelled directory. */
export interface ModelQuotas {
  readonly contacts: number;
  readonly targetsPerContact: number;
}

/** A contact as a read returns it. */
export function modelContact(
  id: string,
  fields: Partial<MessageContact> & { readonly targetIds?: readonly string[] },
): MessageContact {
  const { targetIds = [], ...rest } = fields;
  const contact = {
    id,
    etag: "",
    name: `name${id}`,
    emailAddress: "a@example.com",
    phoneNumber: null,
    title: null,
    titleRaw: null,
    messageTypes: [],
    messageTypesRaw: [],
    status: ContactStatus.ACTIVE,
    statusRaw: "Active",
    createdAt: null,
    associatedAt: null,
    bindings: targetIds.map((targetId) => ({
      targetId,
      kind: BindingTargetKind.FOLDER,
    })),
    ...rest,
  };
  return { ...contact, etag: JSON.stringify(contact) };
}

/**
 * The rules of the vendor that matter to a plan: unique names, quotas, and new addresses
 * of `ACTIVE` contacts that wait for verification. Rejects what the vendor rejects.
 */
export class ModelledDirectory {
  readonly contacts = new Map<string, MessageContact>();
  readonly pending = new Map<string, string[]>();
  private added = 0;
  private readonly addedIds = new Map<number, string>();

  constructor(
    contacts: readonly MessageContact[],
    private readonly quotas: ModelQuotas,
  ) {
    for (const contact of contacts) this.contacts.set(contact.id, contact);
  }

  get current(): MessageContact[] {
    return [...this.contacts.values()];
  }

  apply(changes: readonly PlannedChange[]): void {
    this.addedIds.clear();
    for (const change of changes) this.make(change);
  }

  private make(change: PlannedChange): void {
    const { kind, index, contactId, targetIds } = change;
    if (kind === PlanChangeKind.ADD) {
      if (this.contacts.size >= this.quotas.contacts) throw new Error("quota");
      this.added += 1;
      const id = `c-new${this.added}`;
      if (index !== null) this.addedIds.set(index, id);
      this.put(modelContact(id, { status: ContactStatus.VERIFYING }), change);
      return;
    }
    const id = contactId ?? this.addedIds.get(index ?? -1) ?? "";
    const contact = this.contacts.get(id);
    if (contact === undefined) throw new Error(`no contact ${id}`);
    if (kind === PlanChangeKind.UPDATE) this.put(contact, change);
    if (kind === PlanChangeKind.DELETE) this.contacts.delete(id);
    if (kind === PlanChangeKind.BIND || kind === PlanChangeKind.UNBIND) {
      if (targetIds.length > 5) throw new Error("too many targets in a call");
      const kept = contact.bindings
        .map(({ targetId }) => targetId)
        .filter((targetId) => !targetIds.includes(targetId));
      const bound =
        kind === PlanChangeKind.BIND ? [...kept, ...targetIds] : kept;
      if (bound.length > this.quotas.targetsPerContact) {
        throw new Error("target quota");
      }
      const { bindings: _, ...rest } = contact;
      this.contacts.set(id, modelContact(id, { ...rest, targetIds: bound }));
    }
  }

  private put(contact: MessageContact, { fields }: PlannedChange): void {
    const { id } = contact;
    const next = { ...contact };
    for (const { field, after } of fields) {
      const [value = ""] = after;
      switch (field) {
        case PlanField.NAME:
          if (this.current.some((one) => one.name === value && one.id !== id)) {
            throw new Error(`name ${value} is taken`);
          }
          next.name = value;
          break;
        case PlanField.EMAIL_ADDRESS:
        case PlanField.PHONE_NUMBER: {
          const name =
            field === PlanField.EMAIL_ADDRESS ? "emailAddress" : "phoneNumber";
          if (contact.status === ContactStatus.ACTIVE) {
            this.pending.set(id, [...(this.pending.get(id) ?? []), value]);
          } else next[name] = value;
          break;
        }
        case PlanField.TITLE:
          next.title = value as ContactTitle;
          break;
        case PlanField.MESSAGE_TYPES:
          next.messageTypes = after as MessageType[];
      }
    }
    const { bindings, ...rest } = next;
    this.contacts.set(
      id,
      modelContact(id, {
        ...rest,
        targetIds: bindings.map(({ targetId }) => targetId),
      }),
    );
  }
}
