import { applyDecorators } from "@nestjs/common";
import { Context, Mutation, type ReturnTypeFuncValue } from "@nestjs/graphql";
import type { RequestContext } from "../context/request-context.js";
import type { ErrorCode } from "../errors/error-codes.js";
import { GatewayError } from "../errors/gateway-error.js";
import { checkInput, type Shape } from "../http/check-input.js";
import { toUserErrors } from "./user-errors.mapper.js";

/** What a mutation promises in the contract. */
export interface ContactMutationOptions {
  /** What the change does, for people who explore. */
  readonly description: string;
  readonly scope: string;
  readonly input: Shape<object>;
  readonly payload: () => ReturnTypeFuncValue;
  /** Codes its payload can give, named in its description. */
  readonly errors: readonly ErrorCode[];
}

/** Payload-error codes of each mutation, for the sweep over the contract. */
export const MUTATION_ERRORS = new Map<string, readonly ErrorCode[]>();

/** Payload fields that are lists and so never null, even when nothing changed. */
const NO_CHANGE = { contact: null, changes: [] } as const;

type Resolver = (input: unknown, context: RequestContext) => Promise<object>;

/**
 * Declares a mutation and turns what the caller can act on into payload errors,
 * once around the resolver. Input is checked here, before anything is signed.
 */
export function ContactMutation(
  options: ContactMutationOptions,
): MethodDecorator {
  const { description, scope, input: shape, payload, errors } = options;
  const answersInPayload = (
    target: object,
    name: string | symbol,
    descriptor: PropertyDescriptor,
  ): void => {
    MUTATION_ERRORS.set(String(name), errors);
    Context()(target, name, 1);
    const change = descriptor.value as Resolver;
    const resolve: Resolver = async function (this: object, input, context) {
      try {
        return await change.call(this, checkInput(shape, input), context);
      } catch (error) {
        const userErrors =
          error instanceof GatewayError
            ? toUserErrors(error, context.language)
            : null;
        if (userErrors === null) throw error;
        return { ...NO_CHANGE, errors: userErrors };
      }
    };
    descriptor.value = resolve;
  };
  return applyDecorators(
    // Applied first: the framework marks the method that it finds.
    answersInPayload,
    Mutation(payload, {
      nullable: true,
      description: `${description}\n\nScope: \`${scope}\`. Errors: ${errors.join(", ")}.`,
    }),
  );
}
