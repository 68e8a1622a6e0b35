import { ErrorCode } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";
import {
  checkInput,
  type RuleSettings,
  type Shape,
} from "../../validation/check-input.js";

/** A query string as parsed by Fastify: a repeated name becomes a list. */
export type RawQuery = Readonly<Record<string, string | string[]>>;

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
  ifMatch?: string,
): T {
  // Without a prototype, so that `__proto__` is an ordinary name.
  const input = Object.create(null) as Record<string, unknown>;
  for (const name of Object.keys(query)) {
    input[name] = parseQueryValue(name, query[name] ?? "");
  }
  return contactId === undefined
    ? checkInput(shape, input)
    : fromPath(shape, contactId, input, undefined, ifMatch);
}

/**
 * Validated input from the contact id of the path and a JSON body.
 *
 * @param settings required for shapes with a phone number
 * @param ifMatch the `If-Match` header
 * @throws {GatewayError} INVALID_INPUT, also when the body contains `contactId` or
 *   `ifMatch`
 */
export function fromPath<T extends object>(
  shape: Shape<T>,
  contactId: string,
  body: unknown,
  settings?: RuleSettings,
  ifMatch?: string,
): T {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    return checkInput(shape, body, settings);
  }
  const foreign = ["contactId", "ifMatch"].filter((name) =>
    Object.hasOwn(body, name),
  );
  if (foreign.length > 0) {
    throw new GatewayError(ErrorCode.INVALID_INPUT, {
      violations: foreign.map((name) => ({
        field: [name],
        rule: "unknown-field",
      })),
    });
  }
  const condition = ifMatch === undefined ? {} : { ifMatch };
  return checkInput(shape, { ...body, contactId, ...condition }, settings);
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
