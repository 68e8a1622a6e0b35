import type { SentSpan } from "./otlp-collector.js";

type Attributes = Readonly<Record<string, string | number>>;

/** What an export contains: the attributes of the process, and its spans. */
export interface DecodedExport {
  readonly resource: Attributes;
  readonly spans: readonly SentSpan[];
}

/** Values of a message by field number: numbers of varints, bytes of everything else. */
type Fields = ReadonlyMap<number, readonly (number | Buffer)[]>;

/** Decodes the fields of one protobuf message (protobuf encoding, "Message Structure"). */
function fieldsOf(message: Buffer): Fields {
  const fields = new Map<number, (number | Buffer)[]>();
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = message.readUInt8(at);
      at += 1;
      // Not a shift: values may have more than 32 bits.
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  const bytes = (length: number): Buffer => {
    at += length;
    return message.subarray(at - length, at);
  };
  while (at < message.length) {
    const tag = varint();
    const type = tag % 8;
    const value =
      type === 0 ? varint() : bytes(type === 1 ? 8 : type === 5 ? 4 : varint());
    const field = Math.floor(tag / 8);
    fields.set(field, [...(fields.get(field) ?? []), value]);
  }
  return fields;
}

function messages(fields: Fields, field: number): Fields[] {
  return (fields.get(field) ?? []).map((value) => fieldsOf(value as Buffer));
}

function textOf(fields: Fields, field: number): string {
  const [value = Buffer.alloc(0)] = fields.get(field) ?? [];
  return (value as Buffer).toString("utf8");
}

function hexOf(fields: Fields, field: number): string {
  const [value = Buffer.alloc(0)] = fields.get(field) ?? [];
  return (value as Buffer).toString("hex");
}

function numberOf(fields: Fields, field: number): number {
  return Number(fields.get(field)?.[0] ?? 0);
}

/** Attributes: repeated `KeyValue`, with `AnyValue` of a string or an integer. */
function attributesOf(fields: Fields, field: number): Attributes {
  return Object.fromEntries(
    messages(fields, field).map((pair) => {
      const [value = new Map() as Fields] = messages(pair, 2);
      return [
        textOf(pair, 1),
        value.has(1) ? textOf(value, 1) : numberOf(value, 3),
      ];
    }),
  );
}

/** Decodes an `ExportTraceServiceRequest`; field numbers are those of opentelemetry-proto. */
export function decodeExport(body: Buffer): DecodedExport {
  const resourceSpans = messages(fieldsOf(body), 1);
  const resources = resourceSpans.flatMap((one) => messages(one, 1));
  return {
    resource: Object.assign(
      {},
      ...resources.map((one) => attributesOf(one, 1)),
    ) as Attributes,
    spans: resourceSpans
      .flatMap((one) => messages(one, 2))
      .flatMap((scope) => messages(scope, 2))
      .map((span) => {
        const [status] = messages(span, 15);
        return {
          traceId: hexOf(span, 1),
          spanId: hexOf(span, 2),
          parentSpanId: hexOf(span, 4),
          name: textOf(span, 5),
          kind: numberOf(span, 6),
          attributes: attributesOf(span, 9),
          ...(status === undefined
            ? {}
            : { status: { code: numberOf(status, 3) } }),
        };
      }),
  };
}
