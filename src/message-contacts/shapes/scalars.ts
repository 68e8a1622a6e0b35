import { GraphQLError, GraphQLScalarType, Kind } from "graphql";

interface ThinScalar {
  readonly name: string;
  readonly description: string;
  readonly specifiedByURL: string;
}

/**
 * A scalar that takes text only and passes it through untouched both ways. Its
 * rule is checked with all the others, so that violations come back together;
 * on the way out nothing is checked, because the vendor may mask a value.
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

export const LocalDateTime = thinScalar({
  name: "LocalDateTime",
  description:
    "A date and time as the vendor writes it, without a zone: `2023-03-27T17:19:21`.",
  specifiedByURL: "https://datatracker.ietf.org/doc/html/rfc3339",
});

export const DateTime = thinScalar({
  name: "DateTime",
  description: "An instant in UTC, RFC 3339: `2026-01-31T08:30:00.000Z`.",
  specifiedByURL: "https://scalars.graphql.org/andimarek/date-time",
});

export const EmailAddress = thinScalar({
  name: "EmailAddress",
  description:
    "An e-mail address. In: text that cannot be an address is refused; the vendor decides about the rest. Out: passed through untouched.",
  specifiedByURL: "https://datatracker.ietf.org/doc/html/rfc5321#section-4.1.2",
});

export const PhoneNumber = thinScalar({
  name: "PhoneNumber",
  description:
    "A mobile number. In: `86-13900001234` or E.164 `+8613900001234`. Out: always `86-13900001234`.",
  specifiedByURL: "https://www.itu.int/rec/T-REC-E.164",
});
