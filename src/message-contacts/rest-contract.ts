import type { RestContract, RestOperation } from "../http/rest-operation.js";
import type { Operation } from "../upstream/operations.js";
import { MUTATION_ERRORS } from "./contact-mutation.js";
import { READS } from "./rest-reads.js";
import { WRITES } from "./rest-writes.js";
import {
  BindingTargetKind,
  ContactStatus,
  ContactTitle,
  MessageType,
} from "./shapes/enums.js";

/** Every operation of the REST front door; a word without a row does not compile. */
export function restContract(): RestContract {
  const operations: Record<Operation, RestOperation> = {
    ...rowsOf(READS, (read) => ({ ...read, isWrite: false })),
    ...rowsOf(WRITES, (write, operation) => ({
      ...write,
      isWrite: true,
      errors: MUTATION_ERRORS.get(operation) ?? [],
    })),
  };
  return {
    operations,
    shapeExamples: {
      MessageContact: {
        title: ContactTitle.TECHNICAL_DIRECTOR,
        messageTypes: [MessageType.ACCOUNT_EXPENSES],
        status: ContactStatus.ACTIVE,
      },
      Binding: { kind: BindingTargetKind.FOLDER },
      BindingChange: { kind: BindingTargetKind.FOLDER },
      ContactDeletion: { failures: [] },
    },
  };
}

function rowsOf<K extends string, R>(
  rows: Readonly<Record<K, R>>,
  finish: (row: R, operation: K) => RestOperation,
): Record<K, RestOperation> {
  const finished = (Object.keys(rows) as K[]).map(
    (operation) => [operation, finish(rows[operation], operation)] as const,
  );
  return Object.fromEntries(finished) as Record<K, RestOperation>;
}
