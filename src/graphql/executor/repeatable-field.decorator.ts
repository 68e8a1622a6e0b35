import { Extensions } from "@nestjs/graphql";
import type { GraphQLField } from "graphql";

/**
 * Declares that the value of a field depends only on its parent, its arguments, the
 * scopes and the directory of the caller, and the vendor's answers to its reads. So the
 * response to the same request with the same answers is the same; see `ResponseMemo`.
 */
export function RepeatableField(): MethodDecorator & PropertyDecorator {
  return Extensions({ isRepeatable: true });
}

/** Whether a field declares `RepeatableField`, or is a plain property of its parent. */
export function isRepeatable({
  resolve,
  extensions,
}: GraphQLField<unknown, unknown>): boolean {
  // Nest's default property resolvers have one parameter.
  return extensions["isRepeatable"] === true || resolve?.length === 1;
}
