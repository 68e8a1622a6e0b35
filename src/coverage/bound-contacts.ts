import type { DirectoryAccount } from "../directory/directory-tree.js";
import type { MessageContact } from "../message-contacts/shapes/message-contact.js";

/** The fields of an account that decide which contacts are bound to it. */
export type AccountPosition = Pick<DirectoryAccount, "id" | "ancestorIds">;

/** The fields of a contact that decide which accounts it is bound to. */
export type BoundContact = Pick<
  MessageContact,
  "id" | "status" | "messageTypes" | "bindings"
>;

/**
 * Index of the contacts that are bound to each account: through the directory, through
 * a folder above the account, or directly.
 */
export class BoundContacts<C extends BoundContact> {
  private readonly byTarget = new Map<string, C[]>();
  /** Contacts that accounts inherit, by the path of the account. */
  private readonly inherited = new Map<string, readonly C[]>();

  constructor(contacts: readonly C[]) {
    for (const contact of contacts) {
      for (const targetId of new Set(contact.bindings.map(targetOf))) {
        const bound = this.byTarget.get(targetId);
        if (bound === undefined) this.byTarget.set(targetId, [contact]);
        else bound.push(contact);
      }
    }
  }

  /**
   * Contacts that are bound to an account, each one once. Accounts in the same folder
   * without own bindings get the same list, so that results can be kept for each list.
   */
  of({ id, ancestorIds }: AccountPosition): readonly C[] {
    const path = ancestorIds.join("/");
    let inherited = this.inherited.get(path);
    if (inherited === undefined) {
      inherited = this.boundTo(ancestorIds);
      this.inherited.set(path, inherited);
    }
    const own = this.byTarget.get(id);
    return own === undefined ? inherited : [...new Set([...inherited, ...own])];
  }

  private boundTo(targetIds: readonly string[]): readonly C[] {
    return [
      ...new Set(targetIds.flatMap((one) => this.byTarget.get(one) ?? [])),
    ];
  }
}

const targetOf = ({ targetId }: { readonly targetId: string }): string =>
  targetId;
