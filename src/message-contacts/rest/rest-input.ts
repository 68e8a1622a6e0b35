import { ErrorCode, type Sentence } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";
import {
  checkInput,
  type RuleSettings,
  type Shape,
} from "../../validation/check-input.js";

/** A query string as parsed by Fastify: a repeated name becomes a list. */
export type RawQuery = Readonly<Record<string, string | string[]>>;

const IN_PATH: Sentence = {
  en: "must not be sent here: the URL names the contact",
  zh: "不能在此处提供：URL 中已包含联系人 ID",
};

/** Converts numbers and booleans; leaves invalid values as text for validation. */
function parseQueryValue(name: string, value: string | string[]): unknown {
  if (typeof value !== "string") return value;
  if (name === "pageNumber" || name === "pageSize") {
    return /^\d{1,10}$/.test(value) ? Number(value) : value;
  }
  if (name === "retainContactInMembers") {
    return value === "true" ? true : value === "false" ? false : value;
  }
  return value;
}

/**
 * Validated input from a query string and, if given, the contact id of the path.
 *
 * @throws {GatewayError} INVALID_INPUT
 */
export function fromQuery<T extends object>(
  shape: Shape<T>,
  query: RawQuery,
  contactId?: string,
): T {
  // Without a prototype, so that `__proto__` is an ordinary name.
  const input = Object.create(null) as Record<string, unknown>;
  for (const name of Object.keys(query)) {
    input[name] = parseQueryValue(name, query[name] ?? "");
  }
  return contactId === undefined
    ? checkInput(shape, input)
    : fromPath(shape, contactId, input);
}

/**
 * Validated input from the contact id of the path and a JSON body.
 *
 * @param settings required for shapes with a phone number
 * @throws {GatewayError} INVALID_INPUT, also when the body contains `contactId`
 */
export function fromPath<T extends object>(
  shape: Shape<T>,
  contactId: string,
  body: unknown,
  settings?: RuleSettings,
): T {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    return checkInput(shape, body, settings);
  }
  if (Object.hasOwn(body, "contactId")) {
    throw new GatewayError(ErrorCode.INVALID_INPUT, {
      violations: [
        { field: ["contactId"], rule: "unknown-field", expected: IN_PATH },
      ],
    });
  }
  return checkInput(shape, { ...body, contactId }, settings, ["contactId"]);
}

interface PagePosition {
  readonly pageNumber: number;
  readonly pageSize: number;
  readonly totalCount: number;
}

/** Value of the `Link` header of a page (RFC 8288): first, prev, next and last. */
export function pageLinks(
  path: string,
  query: RawQuery,
  { pageNumber, pageSize, totalCount }: PagePosition,
): string {
  const last = Math.max(1, Math.ceil(totalCount / pageSize));
  const links: [string, number][] = [["first", 1]];
  if (pageNumber > 1) links.push(["prev", Math.min(pageNumber - 1, last)]);
  if (pageNumber < last) links.push(["next", pageNumber + 1]);
  links.push(["last", last]);
  const boundTo = query["boundTo"];
  return links
    .map(([rel, number]) => {
      const search = new URLSearchParams({
        ...(typeof boundTo === "string" ? { boundTo } : {}),
        pageNumber: String(number),
        pageSize: String(pageSize),
      });
      return `<${path}?${search.toString()}>; rel="${rel}"`;
    })
    .join(", ");
}
