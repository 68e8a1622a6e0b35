import { GraphQLError, GraphQLScalarType, Kind } from "graphql";

interface ThinScalar {
  readonly name: string;
  readonly description: string;
  readonly specifiedByURL: string;
  /** `UrlRules` keeps values of this type out of URLs. */
  readonly extensions?: { readonly personal: true };
}

/**
 * A scalar that accepts strings only and does not change them. Input rules are checked
 * with all other rules, so that one response lists all violations. Output is not
 * checked, because the vendor may mask a value.
 */
function thinScalar({ name, ...config }: ThinScalar): GraphQLScalarType {
  const text = (value: unknown): string => {
    if (typeof value === "string") return value;
    throw new GraphQLError(`${name} must be a string.`);
  };
  return new GraphQLScalarType({
    ...config,
    name,
    serialize: text,
    parseValue: text,
    parseLiteral: (node) => {
      if (node.kind === Kind.STRING) return node.value;
      throw new GraphQLError(`${name} must be a string.`, { nodes: node });
    },
  });
}

/** A date and time without a time zone (ISO 8601). */
export const LOCAL_DATE_TIME =
  /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}$/;

export const LocalDateTime = thinScalar({
  name: "LocalDateTime",
  description:
    "A date and time in the vendor's local time, without a time zone: `2023-03-27T17:19:21`.",
  specifiedByURL:
    "https://the-guild.dev/graphql/scalars/docs/scalars/local-date-time",
});

export const DateTime = thinScalar({
  name: "DateTime",
  description: "A point in time in UTC (RFC 3339): `2026-01-31T08:30:00.000Z`.",
  specifiedByURL: "https://scalars.graphql.org/andimarek/date-time",
});

export const EmailAddress = thinScalar({
  name: "EmailAddress",
  description:
    "An e-mail address. As input, text that cannot be an address is rejected; the vendor validates the rest. As output, the value is returned unchanged.",
  specifiedByURL: "https://datatracker.ietf.org/doc/html/rfc5321#section-4.1.2",
  extensions: { personal: true },
});

export const PhoneNumber = thinScalar({
  name: "PhoneNumber",
  description:
    "A mobile phone number. As input: `86-13900001234` or E.164 `+8613900001234`. As output: always `86-13900001234`.",
  specifiedByURL: "https://www.itu.int/rec/T-REC-E.164",
  extensions: { personal: true },
});
