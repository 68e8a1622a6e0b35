import type { Language } from "./error-codes.js";
import { ERRORS } from "./error-table.js";
import type { GatewayError } from "./gateway-error.js";

/**
 * Problem and advice of an error in one text, for places that have no field for the
 * advice.
 */
export function textOf(
  { code, details }: GatewayError,
  language: Language,
): string {
  const { message, advice } = ERRORS[code];
  return [details.problem ?? message, details.advice ?? advice]
    .map((sentence) => sentence[language])
    .join(language === "zh" ? "" : " ");
}
