import "reflect-metadata";
import { RouteConfig } from "@nestjs/platform-fastify";
import type { Operation } from "../upstream/operations.js";
import { isOperation } from "./scopes.js";

const asked = new WeakMap<object, Operation>();

/** Names the operation of a route whose method is not called after it. */
export function RouteOfOperation(operation: Operation): MethodDecorator {
  return (_target, _name, descriptor) => {
    asked.set(descriptor.value as object, operation);
  };
}

/**
 * Puts the right that each route asks for on the route itself, so that the gate
 * can decide before a body is read. The operation is the method's name: one
 * word per operation, the same in every file. A method that is neither called
 * after an operation nor names one becomes a route that is always refused.
 */
export function OperationRoutes(): ClassDecorator {
  return ({ prototype }) => {
    const methods = prototype as Readonly<Record<string, unknown>>;
    for (const name of Object.getOwnPropertyNames(methods)) {
      const method = methods[name];
      if (typeof method !== "function" || name === "constructor") continue;
      const rights = asked.get(method) ?? name;
      if (!isOperation(rights)) continue;
      RouteConfig({ rights })(method, name, { value: method });
    }
  };
}
