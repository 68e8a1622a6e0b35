import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";
import ts from "typescript";
import { EVENTS } from "../../src/logging/events.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const SRC = join(ROOT, "src");

/** A call of a logger in the sources. */
interface LogCall {
  readonly file: string;
  readonly message: string;
  readonly hasEvent: boolean;
}

/** Sources of the gateway; the emulator has its own output. */
const sources = (readdirSync(SRC, { recursive: true }) as string[])
  .filter((file) => file.endsWith(".ts") && !file.startsWith("emulator/"))
  .filter((file) => file !== "logging/events.ts")
  .map((file) =>
    ts.createSourceFile(
      file,
      readFileSync(join(SRC, file), "utf8"),
      ts.ScriptTarget.ESNext,
      true,
    ),
  );

/** Every node below a node. */
function* nodesOf(node: ts.Node): Iterable<ts.Node> {
  yield node;
  for (const child of node.getChildren()) yield* nodesOf(child);
}

/** `logger.log(level, message, fields)` with a message that is written out. */
function callOf(node: ts.Node): LogCall | null {
  if (!ts.isCallExpression(node)) return null;
  const { expression, arguments: args } = node;
  if (!ts.isPropertyAccessExpression(expression)) return null;
  if (!/^(?:this\.)?logger\??\.log$/.test(expression.getText())) return null;
  const [, message, fields] = args;
  if (message === undefined || !ts.isStringLiteral(message)) return null;
  const hasEvent =
    fields !== undefined &&
    ts.isObjectLiteralExpression(fields) &&
    fields.properties.some(({ name }) => name?.getText() === "event");
  const file = node.getSourceFile().fileName;
  return { file, message: message.text, hasEvent };
}

/** Names in the first column of the table in the documentation. */
function documentedNames(): string[] {
  const text = readFileSync(join(ROOT, "docs/operations.md"), "utf8");
  const [, rest = ""] = text.split("<!-- table:events -->");
  const [table = ""] = rest.split("<!-- /table:events -->");
  const names = [...table.matchAll(/^\| `([a-z-]+)`/gm)];
  // The first row is the head of the table.
  return names.slice(1).map(([, name = ""]) => name);
}

describe("the events of the log", () => {
  it("are listed in docs/operations.md, all of them and no others", () => {
    expect(documentedNames().sort()).toEqual(Object.keys(EVENTS).sort());
  });

  it("are each written somewhere in the sources", () => {
    const written = new Set(
      sources.flatMap((source) =>
        [...nodesOf(source)].filter(ts.isStringLiteral).map(({ text }) => text),
      ),
    );
    const unused = Object.keys(EVENTS).filter((name) => !written.has(name));
    expect(unused).toEqual([]);
  });

  it("name every line of the log except those about a request", () => {
    const calls = sources
      .flatMap((source) => [...nodesOf(source)])
      .map(callOf)
      .filter((call) => call !== null);
    expect(calls.length).toBeGreaterThan(15);
    const unnamed = calls.filter(
      ({ message, hasEvent }) => !hasEvent && message !== "request",
    );
    expect(unnamed).toEqual([]);
  });
});
