import { ErrorCode } from "../../errors/error-codes.js";
import type {
  RestContract,
  RestOperation,
} from "../../openapi/rest-operation.js";
import { OPERATIONS, type Operation } from "../../upstream/operations.js";
import { MUTATION_ERRORS } from "../graphql/contact-mutation.decorator.js";
import { READS, WATCH_DELETION } from "./rest-reads.js";
import { BATCH_UPDATE, WRITES } from "./rest-writes.js";
import {
  BindingTargetKind,
  ContactStatus,
  ContactTitle,
  MessageType,
} from "../shapes/enums.js";
import { UpstreamErrorInfo } from "../shapes/user-errors.js";

type Described = Omit<RestOperation, "scope" | "isWrite" | "errors"> &
  Partial<Pick<RestOperation, "errors">>;

/** Mutations that need several vendor calls, so that the limit of calls applies. */
const SEVERAL_CALLS: ReadonlySet<string> = new Set([
  "associateMembers",
  "disassociateMembers",
  "updateMessageContacts",
]);

/** Codes that the REST route of a mutation can return. */
function errorsOf(mutation: string): readonly ErrorCode[] {
  const errors = MUTATION_ERRORS.get(mutation) ?? [];
  return SEVERAL_CALLS.has(mutation)
    ? [...errors, ErrorCode.REQUEST_TOO_COSTLY]
    : errors;
}

/** Documentation of every REST route. An operation without a row does not compile. */
export function restContract(): RestContract {
  const described: Record<Operation, Described> = { ...READS, ...WRITES };
  const operations = (Object.keys(OPERATIONS) as Operation[]).map(
    (operation): [string, RestOperation] => {
      const { kind, scope } = OPERATIONS[operation];
      return [
        operation,
        {
          errors: errorsOf(operation),
          ...described[operation],
          scope,
          isWrite: kind === "write",
        },
      ];
    },
  );
  return {
    operations: {
      ...Object.fromEntries(operations),
      watchMessageContactDeletion: {
        ...WATCH_DELETION,
        scope: OPERATIONS.getMessageContactDeletionStatus.scope,
        isWrite: false,
      },
      batchUpdateMessageContacts: {
        errors: errorsOf("updateMessageContacts"),
        ...BATCH_UPDATE,
        scope: OPERATIONS.updateMessageContact.scope,
        isWrite: true,
      },
    },
    upstreamShape: UpstreamErrorInfo,
    shapeExamples: {
      MessageContact: {
        title: ContactTitle.TECHNICAL_DIRECTOR,
        messageTypes: [MessageType.ACCOUNT_EXPENSES],
        status: ContactStatus.ACTIVE,
      },
      Binding: { kind: BindingTargetKind.FOLDER },
      BindingChange: { kind: BindingTargetKind.FOLDER },
      ContactDeletion: { failures: [], problem: null },
    },
  };
}
