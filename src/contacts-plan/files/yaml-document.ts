import { setImmediate as nextTurn } from "node:timers/promises";
import {
  Composer,
  Lexer,
  Parser,
  type CST,
  type LineCounter,
  type ParsedNode,
} from "yaml";
import { FILE_PROBLEMS, fileError } from "./file-error.js";

/** Line of a character, starting at 1. */
export type LineOfOffset = (offset: number) => number;

/** Maximum number of lexical tokens; the largest valid file has about as many. */
const MAX_LEXEMES = 250_000;

/** Maximum number of open tokens. A list of targets is the seventh, for example. */
const MAX_DEPTH = 16;

/** Lexical tokens that are parsed in one turn of the event loop: about 5 ms. */
const LEXEMES_PER_TURN = 2_000;

/** Properties of a document, such as a tag. More than one of each is an error. */
const MAX_PROPERTIES = 100;

/** Resolves in the next turn of the event loop, after other requests. */
export const pause = async (): Promise<void> => {
  await nextTurn();
};

/**
 * Parses a text that is one YAML document, without its comments. Deep nesting and many
 * values are rejected: composing them takes much memory and stack.
 *
 * @throws {GatewayError} INVALID_INPUT
 */
export async function tokenOf(
  text: string,
  lines: LineCounter,
  lineAt: LineOfOffset,
): Promise<CST.Document> {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  const tokens: CST.Token[] = [];
  let count = 0;
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    count += 1;
    const isTooDeep = parser.stack.length > MAX_DEPTH;
    if (isTooDeep || count > MAX_LEXEMES) {
      const problem = isTooDeep ? FILE_PROBLEMS.nesting : FILE_PROBLEMS.values;
      throw fileError("max", problem, lineAt(parser.offset));
    }
    if (count % LEXEMES_PER_TURN === 0) await pause();
  }
  for (const token of parser.end()) tokens.push(token);
  const error = tokens.find(({ type }) => type === "error");
  if (error !== undefined) throw invalid(error.offset, lineAt);
  const [document, second] = tokens.filter(isDocument);
  if (second !== undefined) throw invalid(second.offset, lineAt);
  if (document === undefined) {
    throw fileError("format", FILE_PROBLEMS.form, null);
  }
  const start = document.start.filter(isNoComment);
  if (start.length > MAX_PROPERTIES) throw invalid(document.offset, lineAt);
  return { ...document, start };
}

/**
 * Composes the nodes of a document. Every scalar is text: a number cannot hold an account
 * id of 17 digits exactly. Repeated members are not checked, because that takes quadratic time.
 *
 * @throws {GatewayError} INVALID_INPUT
 */
export function compose(
  document: CST.Document,
  lineAt: LineOfOffset,
): ParsedNode | null {
  const composer = new Composer({ schema: "failsafe", uniqueKeys: false });
  const [composed] = [...composer.compose([document])];
  const [error] = composed?.errors ?? [];
  if (error !== undefined) throw invalid(error.pos[0], lineAt);
  return composed?.contents ?? null;
}

function isDocument(token: CST.Token): token is CST.Document {
  return token.type === "document";
}

/** Whether a token is no comment and no line end. */
function isNoComment({ type }: CST.SourceToken): boolean {
  return type !== "comment" && type !== "newline";
}

function invalid(offset: number, lineAt: LineOfOffset): Error {
  return fileError("format", FILE_PROBLEMS.yaml, lineAt(offset));
}
