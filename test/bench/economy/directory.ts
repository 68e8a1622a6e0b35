/** A directory's contacts at the beginning, as the emulator's seed has them. */
export interface BenchContact {
  readonly contactId: string;
  readonly name: string;
  readonly emailAddress: string;
  readonly phoneNumber: string;
}

/** Contacts of a full directory: the quota of the vendor (documented). */
const CONTACTS = 20;

/** A name of letters only, as the vendor requires, that no other number has. */
export function nameOf(n: number): string {
  let letters = "";
  for (let rest = n; letters.length < 5; rest = Math.floor(rest / 26)) {
    letters += String.fromCharCode(97 + (rest % 26));
  }
  return `n${letters}`;
}

/** Contacts that wait for the verification of their address and number. */
export function benchContacts(): BenchContact[] {
  return Array.from({ length: CONTACTS }, (_, n) => ({
    contactId: `c-bench${String(n).padStart(11, "0")}`,
    name: `start${String.fromCharCode(97 + n)}`,
    emailAddress: `start${n}@example.com`,
    phoneNumber: `86-139000000${String(n).padStart(2, "0")}`,
  }));
}

/** What all contacts of the seed have in common. */
const COMMON = {
  title: "Other",
  messageTypes: ["ServiceMessage"],
  status: "Verifying",
  createDate: "2024-01-02 03:04:05",
} as const;

/** The contacts of the body of `POST /_emulator/seed`. */
export function seedContacts(
  contacts: readonly BenchContact[],
): (BenchContact & typeof COMMON)[] {
  return contacts.map((contact) => ({ ...contact, ...COMMON }));
}
