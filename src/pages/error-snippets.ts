import type { ErrorCode } from "../errors/error-codes.js";
import type { Repeat } from "../errors/error-row.js";
import { ERRORS } from "../errors/error-table.js";
import type { ErrorReference } from "./error-reference.js";

/** The names in one snippet. */
interface Names {
  /** Expression of the error. */
  readonly error: string;
  /** Expression of its `retryAfterSeconds`. */
  readonly seconds: string;
  /** Expression that sends the request again. */
  readonly again: string;
  /** Expression that is true for a request that changes nothing. */
  readonly isRead: string;
}

const repeated = ({ again }: Names, seconds: string, condition = ""): string =>
  `if (attempts > 1${condition}) {
  await new Promise((done) => setTimeout(done, 1000 * ${seconds}));
  return ${again};
}`;

const SAME_KEY =
  "// Send the same Idempotency-Key, so that a change is not made twice.";

/** How a client reacts, by the repeat rule of the code. */
const REACTIONS: Readonly<Record<Repeat, (names: Names) => string>> = {
  no: () => "// Repeating the same request does not help.",
  after: (names) =>
    `${SAME_KEY}\n${repeated(names, `(${names.seconds} ?? 1)`)}`,
  yes: (names) => `${SAME_KEY}\n${repeated(names, "1")}`,
  maybe: () =>
    "// Read the contact first: its status decides whether the request can succeed.",
  readFirst: (
    names,
  ) => `// The change may have been made. Repeating it is safe only with the same key.
${repeated(names, "5", ' && "idempotency-key" in headers')}
// Without a key: read the current state, and repeat only what is missing.`,
  readsOnly: (names) =>
    `// A change may have been made: read the current state first.\n${repeated(names, "1", ` && ${names.isRead}`)}`,
};

function indented(text: string, by: number): string {
  return text.replace(/^(?=.)/gm, " ".repeat(by));
}

/** TypeScript that handles the problem document of a code. */
export function restSnippet(
  code: ErrorCode,
  { problem }: ErrorReference,
): string {
  const shown =
    problem.errors !== undefined
      ? `for (const { field, message } of problem.errors) {
  console.error(field?.join(".") ?? "input", message);
}
`
      : problem.field !== undefined
        ? `console.error(problem.field.join("."), problem.title);\n`
        : "";
  const reaction = REACTIONS[ERRORS[code].repeat]({
    error: "problem",
    seconds: "problem.retryAfterSeconds",
    again: "send(method, url, headers, body, attempts - 1)",
    isRead: 'method === "GET"',
  });
  return `async function send(
  method: string,
  url: string,
  headers: Record<string, string>,
  body?: string,
  attempts = 3,
): Promise<Response> {
  const response = await fetch(url, { method, headers, body });
  if (response.ok) return response;
  const problem = await response.json();
  if (problem.code === "${code}") {
${indented(shown + reaction, 4)}
  }
  throw new Error(\`\${problem.title} \${problem.detail} (\${problem.requestId})\`);
}`;
}

/** TypeScript that handles the GraphQL error of a code. */
export function graphqlSnippet(
  code: ErrorCode,
  { payload }: ErrorReference,
): string {
  const isPayload = payload !== undefined;
  const names: Names = {
    error: "error",
    seconds: isPayload
      ? "error.retryAfterSeconds"
      : "error.extensions.retryAfterSeconds",
    again: "execute(query, variables, headers, attempts - 1)",
    isRead: 'query.startsWith("query")',
  };
  const found = isPayload
    ? `const found = data?.${payload.mutation}?.errors ?? [];
  for (const error of found) {
    if (error.code !== "${code}") continue;
    console.error(error.field?.join(".") ?? "input", error.message);
`
    : `for (const error of errors) {
    if (error.extensions.code !== "${code}") continue;
`;
  const rest = isPayload
    ? "return data;"
    : `if (errors.length > 0) {
    throw new Error(\`\${errors[0].message} (\${errors[0].extensions.requestId})\`);
  }
  return data;`;
  return `async function execute(
  query: string,
  variables: object,
  headers: Record<string, string>,
  attempts = 3,
) {
  const response = await fetch("/graphql", {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors = [] } = await response.json();
  ${found}${indented(REACTIONS[ERRORS[code].repeat](names), 4)}
  }
  ${rest}
}`;
}
