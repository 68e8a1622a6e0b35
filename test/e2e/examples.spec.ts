import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { OpenAPIObject } from "@nestjs/swagger";
import { Kind, OperationTypeNode, parse } from "graphql";
import { CONTACT_OPERATIONS } from "../../src/upstream/operations.js";
import {
  operationsOf,
  type RestOperation,
} from "../../src/openapi/rest-operation.js";
import { MUTATION_ERRORS } from "../../src/message-contacts/graphql/contact-mutation.decorator.js";
import { PAYLOAD_ERRORS } from "../../src/message-contacts/graphql/user-errors.mapper.js";
import { REST_CONTRACT } from "../../src/pages/rest-contract.js";
import {
  eventProblems,
  openApiOf,
  pointerOf,
  schemaCheck,
} from "../support/contracts.js";
import { EventReader } from "../support/event-stream.js";
import { startBoth, type Running } from "../support/running.js";

const FOLDER = new URL("../../src/pages/examples/", import.meta.url);

/** Error codes of the examples that fail, by operation name. */
const EXPECTED: Readonly<Record<string, string>> = {
  ContactMalformed: "INVALID_INPUT",
  ContactsOutOfRange: "INVALID_INPUT",
  AddContactNameTaken: "NAME_TAKEN",
  AddContactInvalid: "INVALID_INPUT",
  UpdateContactUnknown: "CONTACT_NOT_FOUND",
  SendEmailNotPending: "VERIFICATION_NOT_PENDING",
  SendPhoneMalformed: "INVALID_INPUT",
  CancelUpdateOfNothing: "INVALID_INPUT",
  ApplyContactsPlan: "CHANGED_MEANWHILE",
  BindUnknownTarget: "BINDING_TARGET_NOT_FOUND",
  UnbindTwice: "INVALID_INPUT",
  DeleteUnknown: "CONTACT_NOT_FOUND",
  UpdateContactsTwice: "INVALID_INPUT",
  ReplaceContactWithLoss: "STATUS_CONFLICT",
  TargetsUnderUnknown: "BINDING_TARGET_NOT_FOUND",
};

let running: Running;

/** Path and text of each example, in the order of the playground. */
async function examples(): Promise<[string, string][]> {
  const files = await readdir(fileURLToPath(FOLDER), { recursive: true });
  return Promise.all(
    files
      .filter((file) => file.endsWith(".graphql"))
      .sort()
      .map(async (file): Promise<[string, string]> => [
        file,
        await readFile(new URL(file, FOLDER), "utf8"),
      ]),
  );
}

async function start(): Promise<void> {
  running = await startBoth({ seed: "sample" });
}

describe("the examples of the playground", () => {
  beforeAll(start);
  afterAll(() => running.stop());

  it("have the expected outcomes when run in order against the sample contacts", async () => {
    const outcomes: Record<string, string> = {};
    const fields = new Set<string>();
    for (const [, query] of await examples()) {
      for (const definition of parse(query).definitions) {
        if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
        for (const selection of definition.selectionSet.selections) {
          if (selection.kind === Kind.FIELD) fields.add(selection.name.value);
        }
        // Subscriptions need another transport; the browser test runs them.
        if (definition.operation === OperationTypeNode.SUBSCRIPTION) continue;
        const operationName = definition.name?.value ?? "";
        const code = await codeOf(query, operationName);
        if (code !== null) outcomes[operationName] = code;
      }
    }
    expect(outcomes).toEqual(EXPECTED);
    expect([...fields]).toEqual(
      expect.arrayContaining(CONTACT_OPERATIONS.map(fieldOf)),
    );
  });
});

describe("each example of the playground", () => {
  it("has variables with defaults, and the fields of every error type of its mutation", async () => {
    for (const [file, query] of await examples()) {
      const [first] = parse(query).definitions;
      if (first?.kind !== Kind.OPERATION_DEFINITION) throw new Error(file);
      const variables = first.variableDefinitions ?? [];
      expect([file, variables.length > 0]).toEqual([file, true]);
      expect(
        variables.every(({ defaultValue }) => defaultValue !== undefined),
      ).toBe(true);
      const [selection] = first.selectionSet.selections;
      if (selection?.kind !== Kind.FIELD) throw new Error(file);
      for (const code of MUTATION_ERRORS.get(selection.name.value) ?? []) {
        expect([file, query]).toEqual([
          file,
          expect.stringContaining(`... on ${PAYLOAD_ERRORS[code] ?? ""} {`),
        ]);
      }
    }
  });
});

describe("the examples of the OpenAPI document", () => {
  let document: OpenAPIObject;

  beforeAll(async () => {
    await start();
    document = openApiOf(running.gateway);
  });
  afterAll(() => running.stop());

  it("has the schema of each event of a stream", async () => {
    const url = `${running.gateway.url}/v1/message-contacts/c-neverExistedHere0/deletion/events`;
    const events = await new EventReader(await fetch(url)).rest();
    expect(events.map(({ event }) => event)).toEqual([undefined, "complete"]);
    for (const event of events) {
      expect(eventProblems(document, event)).toEqual([]);
    }
  });

  it("succeed unchanged, and their responses match the document", async () => {
    const problems = schemaCheck(document);
    for (const operation of operationsOf(REST_CONTRACT.controllers)) {
      const { operationId: id, method, url } = operation;
      const answer = await send(operation);
      const [first] = operation.answers;
      expect([id, answer.status]).toEqual([id, first?.status]);
      for (const header of first?.headers ?? []) {
        // `Age` belongs to data from the cache only.
        if (header === "Preference-Applied" || header === "Age") continue;
        expect([id, header, answer.headers.get(header)]).toEqual([
          id,
          header,
          expect.any(String),
        ]);
      }
      if (first?.bodies === undefined) {
        await answer.body?.cancel();
        continue;
      }
      const pointer = pointerOf(
        ...["paths", url, method, "responses", String(answer.status)],
        ...["content", "application/json", "schema"],
      );
      expect([id, problems(pointer, await answer.json())]).toEqual([id, []]);
    }
  });
});

/** Query names have no verb: `getX` and `listX` are `x`. */
function fieldOf(operation: string): string {
  const name = operation.replace(/^(?:get|list)(?=[A-Z])/, "");
  return name.charAt(0).toLowerCase() + name.slice(1);
}

interface Payload {
  readonly errors?: readonly { readonly code: string }[];
}

/** Runs one operation of a document. Returns its error code; null for success. */
async function codeOf(
  query: string,
  operationName: string,
): Promise<string | null> {
  const answer = await fetch(`${running.gateway.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query, operationName }),
  });
  const { data, errors } = (await answer.json()) as {
    data?: Record<string, Payload | null> | null;
    errors?: readonly { extensions: { code: string } }[];
  };
  const [top] = errors ?? [];
  if (top !== undefined) return top.extensions.code;
  const [payload] = Object.values(data ?? {});
  return payload?.errors?.[0]?.code ?? null;
}

function send({
  method,
  url: path,
  example: { id = "", query = {}, body, headers = {} },
}: RestOperation): Promise<Response> {
  const url = new URL(path.replace("{id}", id), running.gateway.url);
  for (const [name, value] of Object.entries(query)) {
    for (const item of [value].flat())
      url.searchParams.append(name, String(item));
  }
  return fetch(url, {
    method: method.toUpperCase(),
    ...(body === undefined
      ? { headers }
      : {
          headers: { "content-type": "application/json", ...headers },
          body: JSON.stringify(body),
        }),
  });
}
