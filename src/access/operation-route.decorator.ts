import "reflect-metadata";
import { RouteConfig } from "@nestjs/platform-fastify";
import type { Right } from "./rights/features.js";

/**
 * Declares the operation or the feature that a REST route executes. The route requires
 * its scopes, which are checked before the body is read. A route without
 * a declaration fails at start-up (`requireRights`).
 *
 * @param config further properties of Fastify's route configuration
 */
export function OperationRoute(
  operation: Right,
  config: Readonly<Record<string, unknown>> = {},
): MethodDecorator {
  return RouteConfig({ ...config, rights: operation });
}
