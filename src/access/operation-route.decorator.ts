import "reflect-metadata";
import { RouteConfig } from "@nestjs/platform-fastify";
import type { Operation } from "../upstream/operations.js";

/**
 * Declares the operation that a REST route executes. The route requires the
 * operation's scope, which is checked before the body is read. A route without
 * a declaration fails at start-up (`requireRights`).
 *
 * @param config further properties of Fastify's route configuration
 */
export function OperationRoute(
  operation: Operation,
  config: Readonly<Record<string, unknown>> = {},
): MethodDecorator {
  return RouteConfig({ ...config, rights: operation });
}
