import { ErrorCode, type Sentence } from "../../errors/error-codes.js";
import { EXPECTED } from "../../errors/expected-forms.js";
import { GatewayError, type Violation } from "../../errors/gateway-error.js";
import {
  checkInput,
  validate,
  violationsOf,
  type RuleSettings,
  type Shape,
} from "../../validation/check-input.js";
import { invalidInput } from "../../validation/invalid-input.js";
import { propertiesOf, type Keywords } from "../../openapi/shape-properties.js";
import { ContactIdArgs } from "../shapes/inputs.js";

/** Value of a parameter as parsed by Fastify: a repeated name becomes a list. */
type QueryValue = string | string[];

/** A query string as parsed by Fastify. */
export type RawQuery = Readonly<Record<string, QueryValue>>;

/** What to send in place of an argument that has another name in the REST API. */
const NAMED_OTHERWISE: Readonly<Record<string, Sentence>> = {
  contactId: {
    en: "must not be sent here: the URL names the contact",
    zh: "不能在此处提供：URL 中已包含联系人 ID",
  },
  targetIds: {
    en: "must be sent as `targetId`, once for each target",
    zh: "应使用 `targetId`，每个目标各提供一次",
  },
};

/** An integer as JSON writes it, with at most as many digits as a number holds exactly. */
const INTEGER = /^-?(?:0|[1-9]\d{0,14})$/;

/** Converts the text of one parameter; leaves an invalid value as text for validation. */
type Conversion = (value: QueryValue) => unknown;

const toInteger: Conversion = (value) =>
  typeof value === "string" && INTEGER.test(value) ? Number(value) : value;

const toBoolean: Conversion = (value) =>
  value === "true" ? true : value === "false" ? false : value;

/** Fastify gives a parameter that is sent once as text. */
const toList: Conversion = (value) => [value].flat();

const CONVERSIONS = new WeakMap<
  Shape<object>,
  ReadonlyMap<string, Conversion>
>();

/** Conversions of the parameters of a shape that are not text, by name. */
function conversionsOf(shape: Shape<object>): ReadonlyMap<string, Conversion> {
  let conversions = CONVERSIONS.get(shape);
  if (conversions === undefined) {
    conversions = new Map(
      [...propertiesOf(shape)].flatMap(([name, { isList, type }]) => {
        if (isList) return [[name, toList] as const];
        const { type: keyword } = type() as Keywords;
        if (keyword === "integer") return [[name, toInteger] as const];
        return keyword === "boolean" ? [[name, toBoolean] as const] : [];
      }),
    );
    CONVERSIONS.set(shape, conversions);
  }
  return conversions;
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
  const conversions = conversionsOf(shape);
  for (const [name, value] of Object.entries(query)) {
    input[name] = conversions.get(name)?.(value) ?? value;
  }
  return contactId === undefined
    ? checkInput(shape, input)
    : fromPath(shape, contactId, input, undefined, ifMatch);
}

/**
 * Validated input from the contact id of the path and the parameter `targetId`, which is
 * repeated for each target.
 *
 * @throws {GatewayError} INVALID_INPUT
 */
export function fromTargets<T extends object>(
  shape: Shape<T>,
  { targetId, ...others }: RawQuery,
  contactId: string,
  ifMatch?: string,
): T {
  const targets =
    targetId === undefined ? {} : { targetIds: [targetId].flat() };
  return withoutNames(["contactId", "targetIds", "ifMatch"], others, {
    shape,
    input: { ...others, ...targets, contactId, ...conditionOf(ifMatch) },
  });
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
    throw invalidInput([
      { field: null, rule: "type", expected: EXPECTED.object },
      ...violationsOf(ContactIdArgs, { contactId }),
    ]);
  }
  return withoutNames(["contactId", "ifMatch"], body, {
    shape,
    input: { ...body, contactId, ...conditionOf(ifMatch) },
    settings,
  });
}

function conditionOf(ifMatch: string | undefined): { ifMatch?: string } {
  return ifMatch === undefined ? {} : { ifMatch };
}

/**
 * Validates an input. Rejects the given argument names in the request, because the REST
 * API has other names for these arguments.
 */
function withoutNames<T extends object>(
  names: readonly string[],
  sent: object,
  { shape, input, settings }: Checked<T>,
): T {
  const checked = validate(shape, input, settings, names);
  const violations = [
    ...names
      .filter((name) => Object.hasOwn(sent, name))
      .map((name): Violation => {
        const expected = NAMED_OTHERWISE[name];
        const violation = { field: [name], rule: "unknown-field" };
        return expected === undefined ? violation : { ...violation, expected };
      }),
    ...checked.violations,
  ];
  if (violations.length > 0) throw invalidInput(violations);
  return checked.input as T;
}

interface Checked<T extends object> {
  readonly shape: Shape<T>;
  readonly input: object;
  readonly settings?: RuleSettings | undefined;
}

/**
 * Rejects a body where the arguments are query parameters: ignoring it would apply
 * their defaults.
 *
 * @param example a query string that is accepted
 * @throws {GatewayError} BAD_REQUEST
 */
export function rejectBody(body: unknown, example: string): void {
  if (body == null) return;
  throw new GatewayError(ErrorCode.BAD_REQUEST, {
    reason: "unexpected-body",
    problem: {
      en: "DELETE takes no body.",
      zh: "DELETE 请求不接受正文。",
    },
    advice: {
      en: `Send the arguments in the query string: ?${example}.`,
      zh: `请将参数放在查询字符串中：?${example}。`,
    },
  });
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
  const conditions = Object.entries(query)
    .filter(([name]) => name !== "pageNumber" && name !== "pageSize")
    .flatMap(([name, value]) =>
      [value].flat().map((one): [string, string] => [name, one]),
    );
  return links
    .map(([rel, number]) => {
      const search = new URLSearchParams([
        ...conditions,
        ["pageNumber", String(number)],
        ["pageSize", String(pageSize)],
      ]);
      return `<${path}?${search.toString()}>; rel="${rel}"`;
    })
    .join(", ");
}
