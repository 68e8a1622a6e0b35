import type { ContactsFile } from "./contacts-file.js";
import { parseCsvContacts } from "./parse-csv.js";
import { parseYamlContacts } from "./parse-yaml.js";
import type { FileFormat } from "./file-formats.js";

/**
 * Reads a file of contacts: a table with a header, or a list of contacts, alone or as
 * the member `contacts`. Every value is text or a list of texts, so that ids keep all
 * their digits. Reads in short turns of the event loop.
 *
 * @throws {GatewayError} INVALID_INPUT with the lines of all problems
 */
export function parseContacts(
  file: Uint8Array,
  format: FileFormat,
): Promise<ContactsFile> {
  // YAML 1.2 contains JSON, and its parser knows the lines.
  return format === "csv" ? parseCsvContacts(file) : parseYamlContacts(file);
}
