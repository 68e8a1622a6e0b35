/** Contacts of a file. They must still be validated. */
export interface ContactsFile {
  readonly contacts: readonly unknown[];
  /** Line of a contact, starting at 1. */
  readonly lineOf: (index: number) => number | null;
}
