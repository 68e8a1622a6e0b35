/** An unvalidated JSON value. */
type Json = unknown;
type JsonObject = Readonly<Record<string, Json>>;

/** Whether a value is sent to the gateway or comes from it. */
type Direction = "request" | "answer";

const METHODS = ["get", "post", "put", "patch", "delete"] as const;

/**
 * Changes in `after` that break a client written for `before`; empty if there are none.
 *
 * Requests may become more permissive, and responses may get further properties. A new enum
 * value in a response is not a breaking change: clients must handle unknown values.
 */
export function breakingChanges(before: Json, after: Json): string[] {
  return new Comparison(asObject(before), asObject(after)).run();
}

class Comparison {
  private readonly found: string[] = [];
  /** Pairs of schemas that are being compared; stops recursion in cyclic schemas. */
  private readonly seen = new Set<string>();

  constructor(
    private readonly before: JsonObject,
    private readonly after: JsonObject,
  ) {}

  run(): string[] {
    const paths = asObject(this.before["paths"]);
    const newPaths = asObject(this.after["paths"]);
    for (const [path, item] of Object.entries(paths)) {
      for (const method of METHODS) {
        const old = asObject(item)[method];
        if (old === undefined) continue;
        const place = `${method.toUpperCase()} ${path}`;
        const now = asObject(newPaths[path])[method];
        if (now === undefined) this.found.push(`${place} is gone`);
        else this.operation(place, asObject(old), asObject(now));
      }
    }
    return [...new Set(this.found)];
  }

  private operation(place: string, old: JsonObject, now: JsonObject): void {
    if (old["operationId"] !== now["operationId"]) {
      this.found.push(`${place} has another operationId`);
    }
    if (old["x-required-scope"] !== now["x-required-scope"]) {
      this.found.push(`${place} needs another scope`);
    }
    this.parameters(place, old, now);
    this.body(place, old["requestBody"], now["requestBody"]);
    const answers = asObject(now["responses"]);
    for (const [status, response] of Object.entries(
      asObject(old["responses"]),
    )) {
      // Removing an error response breaks no client.
      if (!status.startsWith("2")) continue;
      const answer = answers[status];
      if (answer === undefined) {
        this.found.push(`${place} no longer answers ${status}`);
        continue;
      }
      this.contents(
        `${place} ${status}`,
        this.resolve(this.before, response),
        this.resolve(this.after, answer),
        "answer",
      );
    }
  }

  private parameters(place: string, old: JsonObject, now: JsonObject): void {
    const named = (document: JsonObject, of: JsonObject) =>
      new Map(
        asList(of["parameters"]).map((one) => {
          const parameter = this.resolve(document, one);
          return [
            `${String(parameter["in"])} ${String(parameter["name"])}`,
            parameter,
          ] as const;
        }),
      );
    const before = named(this.before, old);
    for (const [name, parameter] of named(this.after, now)) {
      const known = before.get(name);
      if (parameter["required"] === true && known?.["required"] !== true) {
        this.found.push(`${place} requires ${name}`);
      }
      if (known === undefined) continue;
      this.schema(
        `${place} ${name}`,
        known["schema"],
        parameter["schema"],
        "request",
      );
      before.delete(name);
    }
    for (const name of before.keys()) {
      this.found.push(`${place} no longer takes ${name}`);
    }
  }

  private body(place: string, old: Json, now: Json): void {
    if (old === undefined) {
      if (asObject(now)["required"] === true) {
        this.found.push(`${place} requires a body`);
      }
      return;
    }
    if (now === undefined) {
      this.found.push(`${place} no longer takes a body`);
      return;
    }
    this.contents(`${place} body`, asObject(old), asObject(now), "request");
  }

  private contents(
    place: string,
    old: JsonObject,
    now: JsonObject,
    direction: Direction,
  ): void {
    const types = asObject(now["content"]);
    for (const [type, media] of Object.entries(asObject(old["content"]))) {
      const other = types[type];
      if (other === undefined) {
        this.found.push(`${place} is no longer ${type}`);
        continue;
      }
      this.schema(
        place,
        asObject(media)["schema"],
        asObject(other)["schema"],
        direction,
      );
    }
  }

  private schema(
    place: string,
    oldSchema: Json,
    newSchema: Json,
    direction: Direction,
  ): void {
    const key = [oldSchema, newSchema].map((one) => asObject(one)["$ref"]);
    const pair = `${direction} ${key.join(" ")}`;
    if (key.every((ref) => ref !== undefined)) {
      if (this.seen.has(pair)) return;
      this.seen.add(pair);
    }
    const old = this.resolve(this.before, oldSchema);
    const now = this.resolve(this.after, newSchema);
    const [known, asked] = direction === "request" ? [now, old] : [old, now];
    this.types(place, known, asked, direction);
    this.words(place, old, now);
    if (direction === "request") this.bounds(place, old, now);
    if (old["items"] !== undefined && now["items"] !== undefined) {
      this.schema(`${place}[]`, old["items"], now["items"], direction);
    }
    this.variants(place, old, now, direction);
    this.properties(place, old, now, direction);
  }

  /** A request may get further types, and a response may lose some. */
  private types(
    place: string,
    known: JsonObject,
    asked: JsonObject,
    direction: Direction,
  ): void {
    const [given, expected] = [known, asked].map(
      (schema) => new Set([schema["type"]].flat()),
    );
    if (given === undefined || expected === undefined) return;
    for (const type of expected) {
      if (given.has(type)) continue;
      if (type === "integer" && given.has("number")) continue;
      this.found.push(
        direction === "request"
          ? `${place} may no longer be ${String(type)}`
          : `${place} may now be ${String(type)}`,
      );
    }
  }

  /** Enum values may be removed neither from requests nor from responses. */
  private words(place: string, old: JsonObject, now: JsonObject): void {
    if (now["enum"] === undefined) return;
    const words = asList(now["enum"]);
    for (const word of asList(old["enum"])) {
      if (!words.includes(word)) {
        this.found.push(`${place} has no ${String(word)} any more`);
      }
    }
  }

  private bounds(place: string, old: JsonObject, now: JsonObject): void {
    const bound = (schema: JsonObject, name: string, open: number): number =>
      typeof schema[name] === "number" ? schema[name] : open;
    for (const name of ["minimum", "minLength", "minItems", "minProperties"]) {
      if (bound(now, name, -Infinity) > bound(old, name, -Infinity)) {
        this.found.push(`${place} has a higher ${name}`);
      }
    }
    for (const name of ["maximum", "maxLength", "maxItems"]) {
      if (bound(now, name, Infinity) < bound(old, name, Infinity)) {
        this.found.push(`${place} has a lower ${name}`);
      }
    }
    if (now["uniqueItems"] === true && old["uniqueItems"] !== true) {
      this.found.push(`${place} requires unique items`);
    }
    for (const name of ["pattern", "format"]) {
      if (now[name] !== undefined && now[name] !== old[name]) {
        this.found.push(`${place} has another ${name}`);
      }
    }
  }

  /** Alternatives with the same name are compared with each other. */
  private variants(
    place: string,
    old: JsonObject,
    now: JsonObject,
    direction: Direction,
  ): void {
    const before = variantsOf(old);
    const after = variantsOf(now);
    const [promised, given] =
      direction === "request" ? [before, after] : [after, before];
    for (const name of promised.keys()) {
      if (given.size > 0 && !given.has(name)) {
        this.found.push(
          direction === "request"
            ? `${place} may no longer be ${name}`
            : `${place} may now be ${name}`,
        );
      }
    }
    for (const [name, schema] of before) {
      const other = after.get(name);
      if (other !== undefined) this.schema(place, schema, other, direction);
    }
  }

  private properties(
    place: string,
    old: JsonObject,
    now: JsonObject,
    direction: Direction,
  ): void {
    const [before, after] = [old, now].map((schema) =>
      asObject(schema["properties"]),
    );
    if (before === undefined || after === undefined) return;
    const [mustBefore, mustNow] = [old, now].map((one) =>
      asList(one["required"]),
    );
    for (const [name, schema] of Object.entries(before)) {
      const other = after[name];
      const property = `${place}.${name}`;
      if (other === undefined) this.found.push(`${property} is gone`);
      else this.schema(property, schema, other, direction);
    }
    const [strict, loose] =
      direction === "request" ? [mustNow, mustBefore] : [mustBefore, mustNow];
    for (const name of strict ?? []) {
      if (loose?.includes(name)) continue;
      this.found.push(
        direction === "request"
          ? `${place}.${String(name)} is required now`
          : `${place}.${String(name)} may be missing now`,
      );
    }
  }

  private resolve(document: JsonObject, value: Json): JsonObject {
    const given = asObject(value);
    const reference = given["$ref"];
    if (typeof reference !== "string") return given;
    const found = reference
      .slice(2)
      .split("/")
      .reduce<Json>(
        (at, part) =>
          asObject(at)[part.replaceAll("~1", "/").replaceAll("~0", "~")],
        document,
      );
    return this.resolve(document, found);
  }
}

function variantsOf(schema: JsonObject): Map<string, Json> {
  const given = asList(schema["anyOf"] ?? schema["oneOf"] ?? schema["allOf"]);
  return new Map(
    given.map((one) => {
      const { $ref, type } = asObject(one);
      return [String($ref ?? type), one];
    }),
  );
}

function asObject(value: Json): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : {};
}

function asList(value: Json): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
