import "reflect-metadata";
import { RouteConfig } from "@nestjs/platform-fastify";
import type { Operation } from "../upstream/operations.js";

/**
 * Declares the operation that a REST route executes. The route requires the
 * operation's scope, which is checked before the body is read. A route without
 * a declaration fails at start-up (`requireRights`).
 */
export function OperationRoute(operation: Operation): MethodDecorator {
  return RouteConfig({ rights: operation });
}
