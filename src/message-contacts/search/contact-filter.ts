import type { MessageContact } from "../shapes/message-contact.js";
import {
  ContactOrder,
  type ContactStatus,
  type ContactTitle,
  type MessageType,
} from "../shapes/enums.js";

/** Conditions on a contact. An absent one is met by every contact. */
export interface ContactFilter {
  /** Part of the name, in any case; of an address or number too, if they may be read. */
  readonly search?: string | undefined;
  readonly status?: readonly ContactStatus[] | undefined;
  readonly titles?: readonly ContactTitle[] | undefined;
  readonly messageTypes?:
    | {
        readonly any?: readonly MessageType[] | undefined;
        readonly all?: readonly MessageType[] | undefined;
      }
    | undefined;
  readonly isBound?: boolean | undefined;
}

/**
 * Whether a contact meets all conditions.
 *
 * @param isPersonal whether the caller may read addresses: otherwise a search would
 *   reveal, letter by letter, what is masked in the result
 */
export function meets(
  filter: ContactFilter,
  contact: MessageContact,
  isPersonal: boolean,
): boolean {
  const { search, status, titles, messageTypes, isBound } = filter;
  const receives = (type: MessageType): boolean =>
    contact.messageTypes.includes(type);
  return (
    (search === undefined || contains(contact, search, isPersonal)) &&
    (status === undefined || status.includes(contact.status)) &&
    (titles === undefined ||
      (contact.title !== null && titles.includes(contact.title))) &&
    (messageTypes?.any === undefined || messageTypes.any.some(receives)) &&
    (messageTypes?.all === undefined || messageTypes.all.every(receives)) &&
    (isBound === undefined || isBound === contact.bindings.length > 0)
  );
}

function contains(
  { name, emailAddress, phoneNumber }: MessageContact,
  search: string,
  isPersonal: boolean,
): boolean {
  const part = folded(search);
  const texts = isPersonal ? [name, emailAddress, phoneNumber] : [name];
  return texts.some((text) => text !== null && folded(text).includes(part));
}

const folded = (text: string): string => text.normalize("NFKC").toLowerCase();

const COLLATOR = new Intl.Collator("en", { numeric: true });

const compareTexts = (one: string, other: string): number =>
  one < other ? -1 : one > other ? 1 : 0;

/** Local times are compared as text. A contact without a time comes first. */
const ASCENDING = {
  name: (one: MessageContact, other: MessageContact) =>
    COLLATOR.compare(one.name, other.name),
  createdAt: (one: MessageContact, other: MessageContact) =>
    compareTexts(one.createdAt ?? "", other.createdAt ?? ""),
} as const;

const ORDERS: Readonly<
  Record<ContactOrder, { by: keyof typeof ASCENDING; sign: 1 | -1 }>
> = {
  [ContactOrder.NAME_ASC]: { by: "name", sign: 1 },
  [ContactOrder.NAME_DESC]: { by: "name", sign: -1 },
  [ContactOrder.CREATED_AT_ASC]: { by: "createdAt", sign: 1 },
  [ContactOrder.CREATED_AT_DESC]: { by: "createdAt", sign: -1 },
};

/** Returns the contacts in an order in which every contact has one place. */
export function ordered(
  contacts: readonly MessageContact[],
  order: ContactOrder | undefined,
): readonly MessageContact[] {
  if (order === undefined) return contacts;
  const { by, sign } = ORDERS[order];
  return [...contacts].sort(
    (one, other) =>
      sign * ASCENDING[by](one, other) || compareTexts(one.id, other.id),
  );
}
