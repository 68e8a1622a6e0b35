import { CSV_MEDIA_TYPE } from "../../csv/csv-writer.js";

/** Formats of a file of contacts. */
export const FILE_FORMATS = ["csv", "json", "yaml"] as const;

/** A format of a file of contacts. */
export type FileFormat = (typeof FILE_FORMATS)[number];

/** Media type of each format in responses. YAML: RFC 9512. */
export const MEDIA_TYPES: Readonly<Record<FileFormat, string>> = {
  csv: CSV_MEDIA_TYPE,
  json: "application/json; charset=utf-8",
  yaml: "application/yaml; charset=utf-8",
};

/** Media types of imports besides JSON. */
export const IMPORT_TYPES = ["text/csv", "application/yaml"];

/** Columns of CSV, which are also the members of a contact in JSON and YAML. */
export const COLUMNS = [
  "id",
  "name",
  "emailAddress",
  "phoneNumber",
  "title",
  "messageTypes",
  "targets",
] as const;

/** A member of a contact. */
export type Column = (typeof COLUMNS)[number];

/** Members that are lists. */
export const LISTS: ReadonlySet<string> = new Set(["messageTypes", "targets"]);

/** Separates the values of a list in a CSV cell. */
export const LIST_SEPARATOR = ";";

/** An empty list in a CSV cell; an empty cell leaves the field as it is. */
export const EMPTY_LIST = "none";
