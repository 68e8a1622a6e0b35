import { Extensions } from "@nestjs/graphql";
import type { RequestContext } from "../context/request-context.js";
import type { Operation } from "../upstream/operations.js";
import { maskFor } from "./masking.js";
import { requireScope } from "./scopes.js";

type FieldResolver = (
  first: unknown,
  context: RequestContext,
  ...rest: unknown[]
) => unknown;

/**
 * Puts a GraphQL field that reads under the right of its operation, and hides
 * in its answer what the caller may not see. Stands right above the method,
 * below `@Query` or `@ResolveField`, whose second parameter is the context.
 */
export function OperationField(operation: Operation): MethodDecorator {
  return (target, name, descriptor: PropertyDescriptor) => {
    // Read by `OperationRights`, before the variables of a request are.
    Extensions({ operation })(target, name, descriptor);
    const read = descriptor.value as FieldResolver;
    const guarded: FieldResolver = function (
      this: unknown,
      first,
      context,
      ...rest
    ) {
      requireScope(operation, context);
      const answer = read.call(this, first, context, ...rest);
      return context.caller.personal
        ? answer
        : Promise.resolve(answer).then((found) => maskFor(context, found));
    };
    descriptor.value = guarded;
  };
}
