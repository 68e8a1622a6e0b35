import type { Scope } from "../context/caller.js";
import { actionOf, OPERATIONS } from "../upstream/operations.js";
import type { Operation } from "../upstream/operations.js";

/** One statement of a RAM policy. RAM is the vendor's access management. */
interface Statement {
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
}

/** A RAM policy document. */
export interface RamPolicy {
  readonly Version: "1";
  readonly Statement: readonly Statement[];
}

/** Resource of ten operations: the contacts of any account of the AccessKey (documented). */
const CONTACTS = "acs:resourcemanager:*:*:messagecontact/*";

/** Operations that RAM authorizes for the resource `*` only (documented). */
const FOR_ALL_RESOURCES: ReadonlySet<Operation> = new Set<Operation>([
  "associateMembers",
  "disassociateMembers",
]);

/**
 * Reads that settle the outcome of a write whose response was lost. Without these
 * permissions, every lost response would end in OUTCOME_UNKNOWN.
 */
const READ_BACK: readonly Operation[] = [
  "getMessageContact",
  "listMessageContacts",
  "listMessageContactVerifications",
];

/** The smallest RAM policy for the gateway's AccessKey to serve these scopes. */
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
        sorted.filter((one) => !FOR_ALL_RESOURCES.has(one)),
        CONTACTS,
      ),
      ...statement(
        sorted.filter((one) => FOR_ALL_RESOURCES.has(one)),
        "*",
      ),
    ],
  };
}
