import type { Seed, SeedContact } from "../../src/emulator/contacts/seeds.js";

/** Targets of the sample's contacts that make gaps; the others keep theirs. */
const TARGETS: Readonly<Record<string, readonly string[]>> = {
  // 张三: FAULT_MESSAGE and SECURITY_MESSAGE.
  "c-W8rT2yXn5KpVb0Qa": ["1997968394350002", "fd-H3vLk9Bz2s"],
  // 陈晨: SECURITY_MESSAGE and FAULT_MESSAGE.
  "c-H4nUc6jS8wFiB2Ry": ["1997968394350001", "1997968394350005"],
  // 赵六, not verified: FAULT_MESSAGE and SERVICE_MESSAGE.
  "c-T9xYh2sB6uRaQ3Wj": ["fd-Qm81rWc5Xe"],
  // Marta: SECURITY_MESSAGE.
  "c-p0SgA2eH6iUzD9Fm": ["fd-Qm81rWc5Xe"],
  "c-K2aQv9mE4zTxO7Pd": [],
};

/** A copy of the sample in which some accounts have gaps of every kind. */
export function withGaps(sample: Seed): Seed {
  return {
    ...sample,
    contacts: sample.contacts.map((contact): SeedContact => {
      const targets = TARGETS[contact.contactId];
      return targets === undefined
        ? contact
        : {
            ...contact,
            bindings: targets.map((targetId) => ({
              targetId,
              associatedDate: "2024-01-01 00:00:00",
            })),
          };
    }),
  };
}
