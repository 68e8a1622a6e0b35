import {
  Context,
  Extensions,
  Mutation,
  type ReturnTypeFuncValue,
} from "@nestjs/graphql";
import { rejectMaskedInput, maskError, maskFor } from "../../access/masking.js";
import { isRight, scopesOf, type Right } from "../../access/rights/features.js";
import { requireScope } from "../../access/rights/scopes.js";
import {
  beginField,
  type RequestContext,
} from "../../context/request-context.js";
import type { ErrorCode } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";
import {
  checkInput,
  type RuleSettings,
  type Shape,
} from "../../validation/check-input.js";
import { scopeSentence } from "../../openapi/scope-sentence.js";
import { NullOnlyOnError } from "../../graphql/semantic-non-null.js";
import type { UpstreamCalls } from "../../graphql/upstream-cost.js";
import { toUserErrors } from "./user-errors.mapper.js";

/** Validates an input that is not a single shape. */
export interface InputCheck {
  readonly check: (
    input: unknown,
    context: RequestContext,
    settings: RuleSettings,
  ) => unknown;
}

/** Declaration of a mutation. */
export interface ContactMutationOptions {
  /** Description in the schema, without scope and errors. */
  readonly description: string;
  /** Shape of the input, or a function that validates a list of items. */
  readonly input: Shape<object> | InputCheck;
  /** Operation or feature whose scopes are required; by default the one with the method's name. */
  readonly operation?: Right;
  readonly payload: () => ReturnTypeFuncValue;
  /** Upstream calls; one by default. */
  readonly upstream?: UpstreamCalls;
  /** Codes that can occur in the payload; listed in the description. */
  readonly errors: readonly ErrorCode[];
}

/** A condition on the version of the contact needs one more call. */
const ONE_CALL: UpstreamCalls = {
  calls: 1,
  callsFor: ({ input }) => conditionalReads(input),
};

/** Upstream calls for the condition on the version of a contact: 1, or 0 without one. */
export function conditionalReads(input: unknown): number {
  const { ifMatch } = (input ?? {}) as { ifMatch?: unknown };
  return ifMatch === undefined ? 0 : 1;
}

/** Payload error codes of each mutation, for the REST contract and its tests. */
export const MUTATION_ERRORS = new Map<string, readonly ErrorCode[]>();

/** Payload fields of a failed mutation: lists are empty, because they are non-null. */
const FAILED_PAYLOAD = {
  contact: null,
  changes: [],
  results: [],
  isComplete: false,
} as const;

/** A resolver class, whose configuration the input rules use. */
interface Configured {
  readonly config: RuleSettings;
}

type ContactMutationDecorator = (
  target: Configured,
  name: string | symbol,
  descriptor: PropertyDescriptor,
) => void;

type Resolver = (
  this: Configured,
  input: unknown,
  context: RequestContext,
  ...others: unknown[]
) => Promise<object>;

/**
 * Declares a mutation. Wraps the resolver method: checks the scope, validates the input,
 * and converts errors that the caller can resolve into payload errors.
 */
export function ContactMutation(
  options: ContactMutationOptions,
): ContactMutationDecorator {
  const { description, input: shape, payload, errors } = options;
  return (target, name, descriptor) => {
    const operation = options.operation ?? String(name);
    if (!isRight(operation)) {
      throw new Error(`${operation} is neither an operation nor a feature`);
    }
    MUTATION_ERRORS.set(String(name), errors);
    const { upstream = ONE_CALL } = options;
    Extensions({ operation, upstream })(target, name, descriptor);
    NullOnlyOnError()(target, name, descriptor);
    Context()(target, name, 1);
    const method = descriptor.value as Resolver;
    const resolve: Resolver = async function (
      this: Configured,
      input,
      context,
      ...others
    ) {
      beginField(context);
      requireScope(operation, context);
      try {
        const checked = validate(shape, input, context, this.config);
        const payload = await method.call(this, checked, context, ...others);
        return maskFor(context, payload);
      } catch (error) {
        const userErrors =
          error instanceof GatewayError
            ? toUserErrors(maskError(context, error), context.language)
            : null;
        if (userErrors === null) throw error;
        context.usage.failureCode ??= (error as GatewayError).code;
        return { ...FAILED_PAYLOAD, errors: userErrors };
      }
    };
    descriptor.value = resolve;
    // Must run last, because Nest attaches its metadata to the current method.
    Mutation(payload, {
      nullable: true,
      description: `${description}\n\n${scopeSentence(scopesOf(operation))} Errors: ${errors.join(", ")}.`,
    })(target, name, descriptor);
  };
}

function validate(
  shape: ContactMutationOptions["input"],
  input: unknown,
  context: RequestContext,
  settings: RuleSettings,
): unknown {
  if ("check" in shape) return shape.check(input, context, settings);
  const checked = checkInput(shape, input, settings);
  rejectMaskedInput(context, checked);
  return checked;
}
