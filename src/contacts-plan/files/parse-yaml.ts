import { isAlias, isMap, isScalar, isSeq, LineCounter, type CST } from "yaml";
import { FILE_PROBLEMS, fileError } from "./file-error.js";
import type { ContactsFile } from "./contacts-file.js";
import { MAX_CONTACT_LENGTH, MAX_CONTACTS } from "./file-limits.js";
import { compose, pause, tokenOf, type LineOfOffset } from "./yaml-document.js";
import { aliasError, textValueOf } from "./yaml-values.js";

/**
 * Reads YAML or JSON. Numbers stay text. A member that is null is omitted.
 *
 * Does not block the event loop: it parses in short turns, and composes each contact
 * separately.
 *
 * @throws {GatewayError} INVALID_INPUT
 */
export async function parseYamlContacts(
  file: Uint8Array,
): Promise<ContactsFile> {
  const lines = new LineCounter();
  const lineAt: LineOfOffset = (offset) => lines.linePos(offset).line;
  const text = decoded(file);
  const document = await tokenOf(text, lines, lineAt);
  const places = takeItems(listIn(document.value), text.length, lineAt);
  // What is left is small: the list with a placeholder for each contact.
  const contents = compose(document, lineAt);
  const list = isMap(contents) ? contents.get("contacts", true) : contents;
  if (!isSeq(list)) throw fileError("format", FILE_PROBLEMS.form, null);
  const items: { line: number; contact: unknown }[] = [];
  for (const item of list.items) {
    const place = isScalar(item) ? places.get(String(item.value)) : undefined;
    const start = isScalar(item) ? (item.range?.[0] ?? 0) : 0;
    const line = lineAt(place?.offset ?? start);
    const node =
      place === undefined ? null : compose({ ...document, ...place }, lineAt);
    if (isAlias(node)) throw aliasError(node, lineAt);
    if (!isMap(node)) throw fileError("type", FILE_PROBLEMS.contact, line);
    items.push({ line, contact: textValueOf(node, lineAt) });
    await pause();
  }
  return {
    contacts: items.map(({ contact }) => contact),
    lineOf: (index) => items[index]?.line ?? null,
  };
}

type List = CST.BlockSequence | CST.FlowCollection;

/** The token of a contact, and where it begins. */
interface Place {
  readonly offset: number;
  readonly value: CST.Token;
}

/** The list that is the whole document or its only member. */
function listIn(token: CST.Token | undefined): List {
  const members =
    token?.type === "block-map" || isFlow(token, "{")
      ? token.items.filter(({ key, value }) => key ?? value)
      : [];
  const list = members.length === 1 ? members[0]?.value : token;
  if (list?.type === "block-seq" || isFlow(list, "[")) return list;
  throw fileError("format", FILE_PROBLEMS.form, null);
}

function isFlow(
  token: CST.Token | undefined,
  start: "[" | "{",
): token is CST.FlowCollection {
  return token?.type === "flow-collection" && token.start.source === start;
}

/**
 * Takes the contacts out of the list. A scalar with its key in the result replaces each,
 * so that the list itself can be composed, which checks its form.
 */
function takeItems(
  { items }: List,
  length: number,
  lineAt: LineOfOffset,
): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  for (const item of items) {
    item.start = item.start.filter(({ type }) => type !== "comment");
    const { value, key } = item;
    const { offset } = key ?? value ?? { offset: 0 };
    if (key) throw fileError("type", FILE_PROBLEMS.contact, lineAt(offset));
    if (!value) continue;
    if (places.size === MAX_CONTACTS) {
      throw fileError("max", FILE_PROBLEMS.records, lineAt(offset));
    }
    const source = String(places.size);
    places.set(source, { offset, value });
    item.value = { type: "scalar", offset, indent: -1, source };
  }
  const offsets = [...places.values()].map(({ offset }) => offset);
  for (const [index, offset] of offsets.entries()) {
    if ((offsets[index + 1] ?? length) - offset > MAX_CONTACT_LENGTH) {
      throw fileError("length", FILE_PROBLEMS.length, lineAt(offset));
    }
  }
  return places;
}

function decoded(file: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(file);
  } catch {
    throw fileError("format", FILE_PROBLEMS.encoding, null);
  }
}
