import type { RequestContext } from "../context/request-context.js";
import { listViolations } from "../message-contacts/bulk/check-updates.js";
import type { RuleSettings } from "../validation/check-input.js";
import { invalidInput } from "../validation/invalid-input.js";
import { SendVerificationInput } from "./shapes/inputs.js";

const ITEMS = {
  name: "items",
  shape: SendVerificationInput,
  unique: [["contactId", "channel"]],
} as const;

/**
 * Validates all messages of a request before the first one is sent.
 *
 * @throws {GatewayError} INVALID_INPUT with all violations at once
 */
export function checkItems(
  items: unknown,
  _context: RequestContext,
  settings: RuleSettings,
): SendVerificationInput[] {
  const violations = listViolations(ITEMS, items, settings);
  if (violations.length === 0) return items as SendVerificationInput[];
  throw invalidInput(violations);
}
