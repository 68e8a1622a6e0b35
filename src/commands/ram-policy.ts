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

/** Resource of most operations: the contacts of any account of the AccessKey (documented). */
const CONTACTS = "acs:resourcemanager:*:*:messagecontact/*";

/** Resources of the other operations (documented). Some RAM knows only for all resources. */
const OTHER_RESOURCES: Readonly<Partial<Record<Operation, string>>> = {
  listAccounts: "acs:resourcemanager:*:*:account/*",
  getFolder: "acs:resourcemanager:*:*:folder/*",
  listFoldersForParent: "acs:resourcemanager:*:*:folder/*",
  associateMembers: "*",
  disassociateMembers: "*",
  getResourceDirectory: "*",
};

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
  const statementFor = (resource: string): Statement[] => {
    const operations = [...wanted]
      .filter((one) => (OTHER_RESOURCES[one] ?? CONTACTS) === resource)
      .sort();
    return operations.length === 0
      ? []
      : [
          {
            Effect: "Allow",
            Action: operations.map((one) => `resourcemanager:${actionOf(one)}`),
            Resource: [resource],
          },
        ];
  };
  const resources = new Set([CONTACTS, ...Object.values(OTHER_RESOURCES)]);
  return { Version: "1", Statement: [...resources].flatMap(statementFor) };
}
