import {
  Context,
  Extensions,
  Mutation,
  type ReturnTypeFuncValue,
} from "@nestjs/graphql";
import { rejectMaskedInput, maskError, maskFor } from "../../access/masking.js";
import { isOperation, requireScope } from "../../access/scopes.js";
import {
  beginField,
  type RequestContext,
} from "../../context/request-context.js";
import type { ErrorCode } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";
import { checkInput, type Shape } from "../../validation/check-input.js";
import type { UpstreamCalls } from "../../graphql/upstream-cost.js";
import { OPERATIONS, type Operation } from "../../upstream/operations.js";
import { toUserErrors } from "./user-errors.mapper.js";

/** Checks the whole input before anything is sent. */
export interface InputCheck {
  readonly check: (input: unknown, context: RequestContext) => unknown;
}

/** What a mutation promises in the contract. */
export interface ContactMutationOptions {
  /** What the change does, for people who explore. */
  readonly description: string;
  /** Its shape; for a mutation of several items, what checks them all. */
  readonly input: Shape<object> | InputCheck;
  /** The operation whose right it needs, where it is not called after one. */
  readonly operation?: Operation;
  readonly payload: () => ReturnTypeFuncValue;
  /** Its vendor calls; one where nothing is declared. */
  readonly upstream?: UpstreamCalls;
  /** Codes its payload can give, named in its description. */
  readonly errors: readonly ErrorCode[];
}

const ONE_CALL: UpstreamCalls = { calls: 1 };

/** Payload-error codes of each mutation, for the sweep over the contract. */
export const MUTATION_ERRORS = new Map<string, readonly ErrorCode[]>();

/** Payload fields that are lists and so never null, even when nothing changed. */
const NO_CHANGE = {
  contact: null,
  changes: [],
  results: [],
  isComplete: false,
} as const;

type Resolver = (input: unknown, context: RequestContext) => Promise<object>;

/**
 * Declares a mutation and turns what the caller can act on into payload errors,
 * once around the resolver. Input is checked here, before anything is signed.
 */
export function ContactMutation(
  options: ContactMutationOptions,
): MethodDecorator {
  const { description, input: shape, payload, errors } = options;
  return (target, name, descriptor: PropertyDescriptor): void => {
    const operation = options.operation ?? String(name);
    if (!isOperation(operation)) {
      throw new Error(`${operation} is not in the operation catalogue`);
    }
    MUTATION_ERRORS.set(String(name), errors);
    const { upstream = ONE_CALL } = options;
    Extensions({ operation, upstream })(target, name, descriptor);
    Context()(target, name, 1);
    const change = descriptor.value as Resolver;
    const resolve: Resolver = async function (this: object, input, context) {
      beginField(context);
      requireScope(operation, context);
      try {
        const checked = checkedBy(shape, input, context);
        const payload = await change.call(this, checked, context);
        return maskFor(context, payload);
      } catch (error) {
        const userErrors =
          error instanceof GatewayError
            ? toUserErrors(maskError(context, error), context.language)
            : null;
        if (userErrors === null) throw error;
        context.usage.failureCode ??= (error as GatewayError).code;
        return { ...NO_CHANGE, errors: userErrors };
      }
    };
    descriptor.value = resolve;
    // Applied last: the framework marks the method that it finds.
    Mutation(payload, {
      nullable: true,
      description: `${description}\n\nScope: \`${OPERATIONS[operation].scope}\`. Errors: ${errors.join(", ")}.`,
    })(target, name, descriptor);
  };
}

function checkedBy(
  shape: ContactMutationOptions["input"],
  input: unknown,
  context: RequestContext,
): unknown {
  if ("check" in shape) return shape.check(input, context);
  const checked = checkInput(shape, input);
  rejectMaskedInput(context, checked);
  return checked;
}
