import { checkInput, violationsOf } from "../../validation/check-input.js";
import { invalidInput } from "../../validation/invalid-input.js";
import { MessageContactsArgs, MessageTypeFilter } from "../shapes/inputs.js";

/**
 * Validates the arguments of a list of contacts, those of `messageTypes` included.
 *
 * @throws {GatewayError} INVALID_INPUT
 */
export function checkContactsArgs(args: unknown): MessageContactsArgs {
  const checked = checkInput(MessageContactsArgs, args);
  const { messageTypes } = checked;
  if (messageTypes === undefined) return checked;
  const violations = violationsOf(MessageTypeFilter, messageTypes).map(
    (violation) => ({
      ...violation,
      field: ["messageTypes", ...(violation.field ?? [])],
    }),
  );
  if (violations.length === 0) return checked;
  throw invalidInput(violations);
}
