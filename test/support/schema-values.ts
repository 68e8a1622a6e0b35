import fc from "fast-check";

/** A schema of an OpenAPI document, as far as the gateway's inputs use it. */
export interface InputSchema {
  readonly $ref?: string;
  readonly allOf?: readonly InputSchema[];
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: InputSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly properties?: Readonly<Record<string, InputSchema>>;
  readonly required?: readonly string[];
}

type Resolve = (ref: string) => InputSchema;

/** Most values of a longer list would only slow the tests down. */
const USUAL_ITEMS = 4;

/**
 * Values of a schema. Keywords that combine several properties (`minProperties`, `not`)
 * are left to the caller's filter.
 */
export function valuesOf(
  schema: InputSchema,
  resolve: Resolve,
): fc.Arbitrary<unknown> {
  if (schema.$ref !== undefined) return valuesOf(resolve(schema.$ref), resolve);
  const [base] = schema.allOf ?? [];
  if (base !== undefined) return valuesOf(base, resolve);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  return fc.oneof(
    ...[schema.type ?? []].flat().map((type) => ofType(type, schema, resolve)),
  );
}

function ofType(
  type: string,
  schema: InputSchema,
  resolve: Resolve,
): fc.Arbitrary<unknown> {
  const { minimum, maximum, minItems = 0, maxItems = 10 } = schema;
  switch (type) {
    case "null":
      return fc.constant(null);
    case "boolean":
      return fc.boolean();
    case "integer":
      return fc.integer({
        ...(minimum === undefined ? {} : { min: minimum }),
        ...(maximum === undefined ? {} : { max: maximum }),
      });
    case "string":
      return textOf(schema);
    case "array": {
      const item = valuesOf(schema.items ?? {}, resolve);
      const list = schema.uniqueItems === true ? fc.uniqueArray : fc.array;
      const usual = { minLength: minItems, maxLength: USUAL_ITEMS };
      return fc.oneof(
        { weight: 20, arbitrary: list(item, usual) },
        { weight: 1, arbitrary: list(item, { ...usual, maxLength: maxItems }) },
      );
    }
    case "object":
      return fc.record(
        Object.fromEntries(
          Object.entries(schema.properties ?? {}).map(([name, property]) => [
            name,
            valuesOf(property, resolve),
          ]),
        ),
        { requiredKeys: [...(schema.required ?? [])] },
      );
    default:
      throw new Error(`no values of the type ${type}`);
  }
}

/** Texts that are nearly valid for one of the patterns, or valid for another one. */
const SAMPLES: readonly string[] = [
  ...["", " ", "a", "tom", "张三", "一龥", "\u4dff\u9fa6", "thirteenletters"],
  ...["c-", "c-1", "c-é", `c-${"a".repeat(64)}`, `c-${"a".repeat(65)}`, "C-1"],
  ...["fd-1", "fd-", "r-1", "rd-1", "x-1", "1", "1".repeat(20), "１"],
  ...["1".repeat(21), "86-12345", "86-1234", `86-${"1".repeat(16)}`],
  ...["+8612345", "+861234", `+86${"1".repeat(13)}`, `+86${"1".repeat(14)}`],
  ...["852-12345", "+85212345", "1242-12345", "+124212345", "+12421234"],
  ...["7-12345", "+712345678", "86-12345\n", "８６-12345", "+0861234567"],
  ...["a@b", "a@b.example", "a b@c", '"a b"@c', '"a"b"@c', "a@[::1]", "a@[]"],
  ...["a@b@c", '"a@b"@c', "a@b..c", "a@b.", "é@ü", "😀@😀", "a\u0007@b", "@"],
  ...["a@b\u00a0c", "a\u0085@b", "a@\u3000", '"a\\"@b', '"a\\\\"@b', '""@b'],
  `a@${"b".repeat(63)}`,
  `a@${"b".repeat(64)}`,
  `${"a".repeat(252)}@b`,
  `${"a".repeat(253)}@b`,
  `${"😀".repeat(252)}@b`,
  `${"😀".repeat(253)}@b`,
  ...["CEO", "ceo", "UNRECOGNISED", "SERVICE_MESSAGE", "true", "0", "-1"],
  ...["01", "1.0", "1e1", "101", "2147483648", "99999999999999999999", "null"],
];

const NEARLY_VALID = fc.oneof(
  fc.constantFrom(...SAMPLES),
  fc.string({ unit: "grapheme", maxLength: 14 }),
);

/** Text of the pattern, within the bounds of its length in code points. */
function textOf({
  pattern = "",
  minLength = 0,
  maxLength = Infinity,
}: InputSchema): fc.Arbitrary<string> {
  const expression = new RegExp(pattern, "u");
  const hasLength = (text: string): boolean => {
    const { length } = [...text];
    return length >= minLength && length <= maxLength;
  };
  const samples = SAMPLES.filter(
    (text) => expression.test(text) && hasLength(text),
  );
  return fc.oneof(
    {
      weight: 3,
      // `stringMatching` has no text for an empty pattern.
      arbitrary: (pattern === ""
        ? fc.string({ unit: "grapheme", maxLength: 20 })
        : fc.stringMatching(expression)
      ).filter(hasLength),
    },
    // Mostly at the bounds of a pattern, which random text seldom is.
    ...(samples.length === 0
      ? []
      : [{ weight: 1, arbitrary: fc.constantFrom(...samples) }]),
  );
}

/** Values of the wrong type, and nearly valid ones. */
const odd: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: NEARLY_VALID },
  {
    weight: 2,
    arbitrary: fc.constantFrom(null, true, 0, 1.5, -1, {}, [], [null], [[]]),
  },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  {
    weight: 2,
    arbitrary: fc.array(NEARLY_VALID, { maxLength: 3 }),
  },
);

const UNKNOWN_NAMES = fc.oneof(
  fc.constantFrom("contactId", "id", "targetIds", "Action", "__proto__", "x"),
  fc.string(),
);

/** Values of which most differ from a valid one in a single place. */
export function nearlyValid(
  valid: fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  return fc
    .tuple(valid, fc.nat(), odd, UNKNOWN_NAMES)
    .chain(([value, at, replacement, name]) =>
      fc.constantFrom(
        ...changesOf(value, at, replacement, name),
        ...(at % 50 === 0 ? [replacement] : []),
      ),
    );
}

function changesOf(
  value: unknown,
  at: number,
  replacement: unknown,
  unknownName: string,
): unknown[] {
  if (Array.isArray(value)) {
    const items = value as unknown[];
    const index = items.length === 0 ? 0 : at % items.length;
    return [
      ...(items.length === 0
        ? []
        : [items.with(index, replacement === undefined ? null : replacement)]),
      [...items, replacement],
      [...items, ...items],
      items.slice(0, index),
    ].filter((list) => list.length <= 120);
  }
  if (typeof value !== "object" || value === null) return [replacement];
  const entries: [string, unknown][] = Object.entries(value);
  const index = entries.length === 0 ? 0 : at % entries.length;
  const [name, member] = entries[index] ?? ["", null];
  const changed = (next: unknown): object =>
    Object.fromEntries(entries.with(index, [name, next]));
  return [
    ...(entries.length === 0 ? [] : [changed(replacement)]),
    ...(typeof member === "object" && member !== null
      ? changesOf(member, at + 1, replacement, unknownName).map(changed)
      : []),
    Object.fromEntries(entries.toSpliced(index, 1)),
    Object.fromEntries([...entries, [unknownName, replacement]]),
  ];
}
