import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
} from "yaml";
import { FILE_PROBLEMS, fileError } from "./file-error.js";
import type { ContactsFile } from "./contacts-file.js";

/** Plain scalars that mean null in YAML's core schema. */
const NULL = /^(?:~|null|Null|NULL|)$/;

/**
 * Reads YAML or JSON. Numbers stay text. A member that is null is omitted.
 *
 * @throws {GatewayError} INVALID_INPUT
 */
export function parseYamlContacts(file: Uint8Array): ContactsFile {
  const lines = new LineCounter();
  const document = parseDocument(decoded(file), {
    // Every scalar is text: a number cannot hold an account id of 17 digits exactly.
    schema: "failsafe",
    lineCounter: lines,
    prettyErrors: false,
  });
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  const [error] = document.errors;
  if (error !== undefined) {
    throw fileError("format", FILE_PROBLEMS.yaml, lineAt(error.pos[0]));
  }
  rejectAliases(document, lineAt);
  const { contents } = document;
  const list = isMap(contents) ? contents.get("contacts", true) : contents;
  const others = isMap(contents) ? contents.items.length - 1 : 0;
  if (!isSeq(list) || others > 0) {
    throw fileError("format", FILE_PROBLEMS.form, null);
  }
  const items = list.items.map((item) => {
    const [start = 0] = isMap(item) || isScalar(item) ? (item.range ?? []) : [];
    const line = lineAt(start);
    if (!isMap(item)) throw fileError("type", FILE_PROBLEMS.contact, line);
    return { line, contact: valueOf(item) };
  });
  return {
    contacts: items.map(({ contact }) => contact),
    lineOf: (index) => items[index]?.line ?? null,
  };
}

/** An alias could make a small file very large. */
function rejectAliases(
  document: Document,
  lineAt: (offset: number) => number,
): void {
  visit(document, {
    Alias: (_key, node) => {
      const line = lineAt(node.range?.[0] ?? 0);
      throw fileError("format", FILE_PROBLEMS.alias, line);
    },
  });
}

function valueOf(node: unknown): unknown {
  if (isScalar(node)) {
    const { value, type } = node;
    const isNull = type === "PLAIN" && NULL.test(String(value));
    return isNull ? null : value;
  }
  if (isSeq(node)) return node.items.map(valueOf);
  if (isAlias(node) || !isMap(node)) return null;
  // Without a prototype, so that `__proto__` is an ordinary name.
  const members = Object.create(null) as Record<string, unknown>;
  for (const pair of node.items) {
    if (!isPair(pair)) continue;
    members[String(valueOf(pair.key))] = valueOf(pair.value);
  }
  return members;
}

function decoded(file: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(file);
  } catch {
    throw fileError("format", FILE_PROBLEMS.encoding, null);
  }
}
