import type {
  ContactTitle,
  MessageType,
} from "../../message-contacts/shapes/enums.js";

/**
 * A contact as it should be. An omitted field stays as it is; a new contact needs an
 * e-mail address, a title and message types.
 */
export interface DesiredContact {
  /** Recognizes a contact whose name changes. Ignored if no contact has it. */
  readonly id?: string;
  readonly name: string;
  readonly emailAddress?: string;
  readonly phoneNumber?: string;
  readonly title?: ContactTitle;
  readonly messageTypes?: readonly MessageType[];
  /** Ids, names or paths of targets. Empty: the contact is bound to no target. */
  readonly targets?: readonly string[];
}

/** What a directory should contain. */
export interface DesiredContacts {
  readonly contacts: readonly DesiredContact[];
  /** Deletes the contacts that are not named. Default: false. */
  readonly prune?: boolean;
  /** How `prune` deletes; see `deleteMessageContact`. Default: true. */
  readonly retainContactInMembers?: boolean;
}
