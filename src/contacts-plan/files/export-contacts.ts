import { stringify } from "yaml";
import { writeCsv } from "../../csv/csv-writer.js";
import {
  ContactStatus,
  ContactTitle,
  MessageType,
} from "../../message-contacts/shapes/enums.js";
import type { MessageContact } from "../../message-contacts/shapes/message-contact.js";
import type { DesiredContact } from "../planner/desired-contact.js";
import {
  COLUMNS,
  EMPTY_LIST,
  LIST_SEPARATOR,
  type FileFormat,
} from "./file-formats.js";

/**
 * Writes contacts as a file. Imported again, it changes nothing: values that an import
 * would reject, such as an unknown title, are left out, and so are contacts that are
 * being deleted.
 *
 * @param personal whether to include addresses and numbers
 */
export function exportContacts(
  contacts: readonly MessageContact[],
  format: FileFormat,
  personal: boolean,
): string {
  const exported = contacts
    .filter(
      ({ status }) =>
        status !== ContactStatus.DELETING && status !== ContactStatus.DELETED,
    )
    .map((contact) => desiredOf(contact, personal));
  switch (format) {
    case "csv":
      return toCsv(exported, personal);
    case "json":
      return `${JSON.stringify({ contacts: exported }, null, 2)}\n`;
    case "yaml":
      return stringify({ contacts: exported }, { lineWidth: 0 });
  }
}

function desiredOf(contact: MessageContact, personal: boolean): DesiredContact {
  const { id, name, emailAddress, phoneNumber, title, messageTypes } = contact;
  const isKnown = !messageTypes.includes(MessageType.UNRECOGNISED);
  return {
    id,
    name,
    ...(personal && isWhole(emailAddress) ? { emailAddress } : {}),
    ...(personal && isWhole(phoneNumber) ? { phoneNumber } : {}),
    ...(title === null || title === ContactTitle.UNRECOGNISED ? {} : { title }),
    ...(isKnown && messageTypes.length > 0 ? { messageTypes } : {}),
    targets: contact.bindings.map(({ targetId }) => targetId),
  };
}

/** Whether a value is present and not masked by the vendor. */
function isWhole(value: string | null): value is string {
  return value !== null && value !== "" && !value.includes("*");
}

function toCsv(contacts: readonly DesiredContact[], personal: boolean): string {
  const columns = COLUMNS.filter(
    (column) =>
      personal || (column !== "emailAddress" && column !== "phoneNumber"),
  );
  return writeCsv(
    columns,
    contacts.map((contact) =>
      columns.map((column) => {
        const value = contact[column];
        if (value === undefined) return null;
        if (typeof value === "string") return value;
        return value.length === 0 ? EMPTY_LIST : value.join(LIST_SEPARATOR);
      }),
    ),
  );
}
