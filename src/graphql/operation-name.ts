import { Kind, type OperationDefinitionNode } from "graphql";

/** Queries are named after what they give, and other names are the operation's own. */
const BY_QUERY: Readonly<Record<string, string>> = {
  messageContact: "getMessageContact",
  messageContacts: "listMessageContacts",
  messageContactVerifications: "listMessageContactVerifications",
  messageContactDeletionStatus: "getMessageContactDeletionStatus",
};

/**
 * The one word of what a document asks for: an operation, `introspection`,
 * `several`, or `none` for a document that was refused. It comes from validated
 * documents, so that its words are those of the schema.
 */
export function operationNameOf(
  operation: OperationDefinitionNode | undefined,
): string {
  if (operation === undefined) return "none";
  const [first, ...others] = operation.selectionSet.selections;
  if (first?.kind !== Kind.FIELD) return "several";
  const name = first.name.value;
  for (const other of others) {
    if (other.kind !== Kind.FIELD || other.name.value !== name)
      return "several";
  }
  return name.startsWith("__") ? "introspection" : (BY_QUERY[name] ?? name);
}
