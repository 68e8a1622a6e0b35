import { Extensions } from "@nestjs/graphql";
import type { RequestContext } from "../context/request-context.js";
import type { Right } from "./rights/features.js";
import { maskFor } from "./masking.js";
import { requireScope } from "./rights/scopes.js";

type FieldResolver = (
  first: unknown,
  context: RequestContext,
  ...rest: unknown[]
) => unknown;

/**
 * Requires the scopes of an operation or a feature for a GraphQL read field, and masks personal
 * data in its result. Place it directly above the method, below `@Query` or
 * `@ResolveField`. The method's second parameter must be the request context.
 */
export function OperationField(operation: Right): MethodDecorator {
  return (target, name, descriptor: PropertyDescriptor) => {
    // `OperationRights` reads this before the request's variables are coerced.
    Extensions({ operation })(target, name, descriptor);
    const read = descriptor.value as FieldResolver;
    const guarded: FieldResolver = function (
      this: unknown,
      first,
      context,
      ...rest
    ) {
      requireScope(operation, context);
      const result = read.call(this, first, context, ...rest);
      return context.caller.personal
        ? result
        : Promise.resolve(result).then((value) => maskFor(context, value));
    };
    descriptor.value = guarded;
  };
}
