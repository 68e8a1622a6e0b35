import { closestTo } from "../../config/environment/near-misses.js";
import { isScope, SCOPES, type Scope } from "../../context/caller.js";
import { UsageError, type Options } from "./command-line.js";
import type { CommandName } from "./definition.js";

/** The parts of a value that is a list separated by commas. */
export function listIn(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/**
 * The scopes of `--scopes`; null if it is not given.
 *
 * @throws {UsageError} that names an unknown scope
 */
export function scopesIn(
  { scopes }: Options,
  command: CommandName,
): Scope[] | null {
  if (typeof scopes !== "string") return null;
  return listIn(scopes).map((scope) => {
    if (isScope(scope)) return scope;
    const close = closestTo(scope, SCOPES);
    throw new UsageError(
      `${scope} is not a scope. ${close === null ? `Scopes: ${SCOPES.join(", ")}.` : `Did you mean ${close}?`}`,
      command,
    );
  });
}
