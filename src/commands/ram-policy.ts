import type { Scope } from "../context/caller.js";
import { actionOf, OPERATIONS } from "../upstream/operations.js";
import type { Operation } from "../upstream/operations.js";

/** One statement of a policy of the vendor's access management (RAM). */
interface Statement {
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
}

/** A policy document of RAM. */
export interface RamPolicy {
  readonly Version: "1";
  readonly Statement: readonly Statement[];
}

/** Contacts of any account the key belongs to (documented for ten operations). */
const CONTACTS = "acs:resourcemanager:*:*:messagecontact/*";

/** Bindings are authorised over all resources (documented for these two). */
const OVER_EVERYTHING: ReadonlySet<Operation> = new Set<Operation>([
  "associateMembers",
  "disassociateMembers",
]);

/**
 * Reads that settle what became of a write without an answer. A key that may
 * write but not look would leave every lost answer unsettled.
 */
const READ_BACK: readonly Operation[] = [
  "getMessageContact",
  "listMessageContacts",
  "listMessageContactVerifications",
];

/** The least that the gateway's own key needs, so that it can serve these scopes. */
export function policyFor(scopes: readonly Scope[]): RamPolicy {
  const all = Object.keys(OPERATIONS) as Operation[];
  const wanted = new Set(
    all.filter((operation) => scopes.includes(OPERATIONS[operation].scope)),
  );
  const writes = [...wanted].some((one) => OPERATIONS[one].kind === "write");
  if (writes) for (const read of READ_BACK) wanted.add(read);
  const statement = (
    operations: readonly Operation[],
    resource: string,
  ): Statement[] =>
    operations.length === 0
      ? []
      : [
          {
            Effect: "Allow",
            Action: operations.map((one) => `resourcemanager:${actionOf(one)}`),
            Resource: [resource],
          },
        ];
  const sorted = [...wanted].sort();
  return {
    Version: "1",
    Statement: [
      ...statement(
        sorted.filter((one) => !OVER_EVERYTHING.has(one)),
        CONTACTS,
      ),
      ...statement(
        sorted.filter((one) => OVER_EVERYTHING.has(one)),
        "*",
      ),
    ],
  };
}
