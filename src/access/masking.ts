import type { RequestContext } from "../context/request-context.js";
import { ErrorCode, type Sentence } from "../errors/error-codes.js";
import { GatewayError } from "../errors/gateway-error.js";

type CallerOf = Pick<RequestContext, "caller">;

/** Response fields that hold an e-mail address or a phone number. */
const PERSONAL_FIELDS = new Set(["emailAddress", "phoneNumber", "target"]);

/** An e-mail address that `mask` has masked. */
const MASKED_ADDRESS = /^.?\*{3}@/u;

/**
 * Masks an e-mail address or a phone number: `s***@example.com`,
 * `86-139****1234`. Returns masked addresses unchanged.
 */
export function mask(value: string): string {
  if (MASKED_ADDRESS.test(value)) return value;
  const at = value.lastIndexOf("@");
  if (at >= 0) {
    // A whole code point, which can be two UTF-16 units.
    const [first = ""] = value.slice(0, at);
    return `${first}***${value.slice(at)}`;
  }
  const start = value.indexOf("-") + 1;
  const digits = value.length - start;
  // Short numbers show fewer digits.
  const [head, tail] = digits >= 11 ? [3, 4] : digits >= 6 ? [1, 1] : [0, 0];
  return `${value.slice(0, start + head)}****${tail === 0 ? "" : value.slice(-tail)}`;
}

/**
 * Masks personal data in a response. Callers with `contacts:read-personal` get
 * the same object; others get a deep copy with e-mail addresses and phone
 * numbers masked.
 */
export function maskFor<T>({ caller }: CallerOf, answer: T): T {
  return caller.personal ? answer : (maskedCopy(answer) as T);
}

function maskedCopy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(maskedCopy);
  if (typeof value !== "object" || value === null) return value;
  const copy: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) {
    copy[name] =
      typeof member === "string" && PERSONAL_FIELDS.has(name)
        ? mask(member)
        : maskedCopy(member);
  }
  return copy;
}

/**
 * Masks the offending value of an error unless the caller may read personal
 * data.
 */
export function maskError(
  { caller }: CallerOf,
  error: GatewayError,
): GatewayError {
  const { value } = error.details;
  if (
    caller.personal ||
    value === undefined ||
    error.code !== ErrorCode.VERIFICATION_NOT_PENDING
  ) {
    return error;
  }
  return new GatewayError(error.code, {
    ...error.details,
    value: mask(value),
  });
}

/**
 * Rejects masked e-mail addresses as input. Otherwise a caller that reads a
 * masked contact and writes it back would store the mask as the address.
 *
 * @throws {GatewayError} INVALID_INPUT
 */
export function rejectMaskedInput({ caller }: CallerOf, input: unknown): void {
  if (caller.personal) return;
  const field = pathOfMask(input);
  if (field === null) return;
  throw new GatewayError(ErrorCode.INVALID_INPUT, {
    violations: [{ field, rule: "format", expected: FULL_ADDRESS }],
  });
}

const FULL_ADDRESS: Sentence = {
  en: "must be the full e-mail address, such as tom@example.com: a masked address cannot be stored",
  zh: "必须为完整的邮箱地址，例如 tom@example.com：脱敏后的地址无法保存",
};

/** Maximum depth of an input: a list of inputs. */
const MAX_INPUT_DEPTH = 4;

function pathOfMask(input: unknown, depth = 0): string[] | null {
  if (typeof input !== "object" || input === null) return null;
  for (const [name, member] of Object.entries(input)) {
    if (name === "emailAddress" && MASKED_ADDRESS.test(String(member))) {
      return [name];
    }
    const below =
      depth < MAX_INPUT_DEPTH ? pathOfMask(member, depth + 1) : null;
    if (below !== null) return [name, ...below];
  }
  return null;
}
