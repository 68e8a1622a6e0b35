import { isAlias, isMap, isScalar, isSeq } from "yaml";
import { FILE_PROBLEMS, fileError } from "./file-error.js";
import type { LineOfOffset } from "./yaml-document.js";

/** Plain scalars that mean null in YAML's core schema. */
const NULL = /^(?:~|null|Null|NULL|)$/;

/**
 * Text, null, a list or an object of a node. Objects have no prototype, so that
 * `__proto__` is an ordinary name.
 *
 * @throws {GatewayError} INVALID_INPUT for an alias, which could make a small file very
 *   large, for a repeated name, and for a name that is no text
 */
export function textValueOf(node: unknown, lineAt: LineOfOffset): unknown {
  if (isAlias(node)) throw aliasError(node, lineAt);
  if (isScalar(node)) {
    const { value, type } = node;
    const isNull = type === "PLAIN" && NULL.test(String(value));
    return isNull ? null : value;
  }
  if (isSeq(node)) return node.items.map((item) => textValueOf(item, lineAt));
  if (!isMap(node)) return null;
  const members = Object.create(null) as Record<string, unknown>;
  for (const { key, value } of node.items) {
    if (isAlias(key)) throw aliasError(key, lineAt);
    const [start = 0] = isScalar(key) ? (key.range ?? []) : (node.range ?? []);
    if (!isScalar(key)) {
      throw fileError("type", FILE_PROBLEMS.contact, lineAt(start));
    }
    const name = String(textValueOf(key, lineAt));
    if (Object.hasOwn(members, name)) {
      throw fileError("format", FILE_PROBLEMS.yaml, lineAt(start));
    }
    members[name] = textValueOf(value, lineAt);
  }
  return members;
}

/** Error for an alias, which could make a small file very large. */
export function aliasError(
  { range }: { readonly range?: readonly number[] | null },
  lineAt: LineOfOffset,
): Error {
  const [start = 0] = range ?? [];
  return fileError("format", FILE_PROBLEMS.alias, lineAt(start));
}
