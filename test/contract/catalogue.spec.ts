import { readdirSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { GraphQLSchemaHost } from "@nestjs/graphql";
import type { OpenAPIObject, OperationObject } from "@nestjs/swagger";
import { isEnumType, type GraphQLSchema } from "graphql";
import {
  FILES_WITH_TABLES,
  GENERATED_TABLES,
  withTables,
} from "../../src/build/docs-tables.js";
import { ACTIONS } from "../../src/emulator/actions/catalogue.js";
import { ErrorCode } from "../../src/errors/error-codes.js";
import { ERRORS } from "../../src/errors/error-table.js";
import type { Gateway } from "../../src/gateway.js";
import { MUTATION_ERRORS } from "../../src/message-contacts/graphql/contact-mutation.decorator.js";
import { MessageContactsService } from "../../src/message-contacts/message-contacts.service.js";
import {
  actionOf,
  OPERATIONS,
  type Operation,
} from "../../src/upstream/operations.js";
import { openApiOf, unconnectedGateway } from "../support/contracts.js";
import { documentAt } from "../support/docs.js";

const ROOT = "/v1/message-contacts";
const WORDS = Object.keys(OPERATIONS) as Operation[];

/**
 * Writes of the gateway, which must not repeat them, that change no contact, so that the
 * vendor does not hold them against other writes.
 */
const SENDS_ONLY: readonly Operation[] = [
  "sendEmailVerificationForMessageContact",
  "sendPhoneVerificationForMessageContact",
];

/** Fields of the root types that are no operation's own, and what they are made of. */
const OTHER_FIELDS: Readonly<Record<string, Operation>> = {
  "Mutation.updateMessageContacts": "updateMessageContact",
  "Subscription.messageContactDeletionStatus":
    "getMessageContactDeletionStatus",
};

/** REST operations that are no operation's own, and what they are made of. */
const OTHER_ROUTES: Readonly<Record<string, Operation>> = {
  watchMessageContactDeletion: "getMessageContactDeletionStatus",
  batchUpdateMessageContacts: "updateMessageContact",
};

/** REST operations that the README's table of the twelve operations omits. */
const NOT_IN_README = ["POST /batch-update"];

/** Addresses that are no REST: GraphQL, the pages and what they load. */
const OTHER_ADDRESSES = [
  "/",
  "/graphql",
  "/graphql/stream",
  "/playground",
  "/playground/assets/:build/:file",
  "/docs",
  "/docs/assets/:build/:file",
  "/errors",
  "/errors/:code",
  "/schema.graphql",
  "/possibleTypes.json",
  "/openapi.json",
  "/favicon.svg",
  "/favicon.ico",
];

let gateway: Gateway;
let schema: GraphQLSchema;
let document: OpenAPIObject;
/** By `GET /path`, paths as OpenAPI spells them. */
let documented: Map<string, OperationObject>;

beforeAll(async () => {
  gateway = await unconnectedGateway();
  schema = gateway.app.get(GraphQLSchemaHost).schema;
  document = await openApiOf(gateway);
  documented = new Map(
    Object.entries(document.paths).flatMap(([path, item]) =>
      (["get", "post", "put", "patch", "delete"] as const).flatMap((method) => {
        const operation = item[method];
        return operation === undefined
          ? []
          : [[`${method.toUpperCase()} ${path}`, operation] as const];
      }),
    ),
  );
});

afterAll(() => gateway.close());

/** The field of an operation: a mutation keeps its word, a query drops the verb. */
function fieldOf(operation: Operation): string {
  if (OPERATIONS[operation].kind === "write") return `Mutation.${operation}`;
  const noun = operation.replace(/^(?:get|list)/, "");
  return `Query.${noun.charAt(0).toLowerCase()}${noun.slice(1)}`;
}

/** `Query.messageContact` and so on, of every root type. */
function rootFields(): string[] {
  return [
    schema.getQueryType(),
    schema.getMutationType(),
    schema.getSubscriptionType(),
  ].flatMap((type) =>
    Object.keys(type?.getFields() ?? {}).map(
      (field) => `${type?.name}.${field}`,
    ),
  );
}

describe("the catalogue", () => {
  it("has the twelve actions that the emulator has, each in a file of its name", () => {
    expect(WORDS.map(actionOf).sort()).toEqual([...ACTIONS.keys()].sort());
    expect(WORDS).toHaveLength(12);
    const files = readdirSync(
      new URL("../../src/emulator/actions", import.meta.url),
    );
    for (const word of WORDS) {
      const kebab = word.replaceAll(/[A-Z]/g, (l) => `-${l.toLowerCase()}`);
      expect(files).toContain(`${kebab}.ts`);
    }
  });

  it("agrees with the emulator on what reads and what writes", () => {
    const differing = WORDS.filter(
      (word) =>
        ACTIONS.get(actionOf(word))?.isWrite !==
        (OPERATIONS[word].kind === "write"),
    );
    expect(differing).toEqual(SENDS_ONLY);
  });

  it("has a method of the service for each word, and each method has a word", () => {
    const methods = Object.getOwnPropertyNames(
      MessageContactsService.prototype,
    ).filter((name) => name !== "constructor");
    expect(methods.sort()).toEqual([...WORDS].sort());
  });

  it("has a field for each word, and each field is one or an exception", () => {
    const fields = [...WORDS.map(fieldOf), ...Object.keys(OTHER_FIELDS)];
    expect(rootFields().sort()).toEqual(fields.sort());
  });

  it("has a REST operation for each word, and each is one or an exception", () => {
    const ids = [...documented.values()].map(({ operationId }) => operationId);
    expect(ids.sort()).toEqual([...WORDS, ...Object.keys(OTHER_ROUTES)].sort());
  });

  it("names one scope for a word in every API", () => {
    for (const { operationId = "", description = "" } of documented.values()) {
      const word = OTHER_ROUTES[operationId] ?? (operationId as Operation);
      const { scope } = OPERATIONS[word];
      expect([operationId, description]).toEqual([
        operationId,
        expect.stringContaining(`Scope: \`${scope}\`.`),
      ]);
    }
    const fields: [string, Operation][] = [
      ...WORDS.map((word): [string, Operation] => [fieldOf(word), word]),
      ...Object.entries(OTHER_FIELDS),
    ];
    for (const [coordinate, word] of fields) {
      const [type = "", name = ""] = coordinate.split(".");
      const root = schema.getType(type);
      const field =
        root !== undefined && "getFields" in root
          ? root.getFields()[name]
          : undefined;
      expect([coordinate, field?.description]).toEqual([
        coordinate,
        expect.stringContaining(`Scope: \`${OPERATIONS[word].scope}\``),
      ]);
    }
  });
});

describe("the routes", () => {
  it("are the documented ones, method by method, and the named others", async () => {
    const fastify = gateway.app.getHttpAdapter().getInstance();
    const urls = urlsOf(fastify.printRoutes({ commonPrefix: false }));
    expect(urls.filter((url) => !url.startsWith(ROOT)).sort()).toEqual(
      [...OTHER_ADDRESSES].sort(),
    );
    const taken: string[] = [];
    for (const url of urls.filter((one) => one.startsWith(ROOT))) {
      // No address takes PUT, so each says what it takes.
      const { status, headers } = await fetch(
        `${gateway.url}${url.replaceAll(/:\w+/g, "c-0000000000000000")}`,
        { method: "PUT" },
      );
      expect([url, status]).toEqual([url, 405]);
      const methods = (headers.get("allow") ?? "").split(", ");
      const path = url.replaceAll(/:(\w+)/g, "{$1}");
      taken.push(
        // Fastify answers HEAD wherever it answers GET.
        ...methods
          .filter((method) => method !== "HEAD")
          .map((method) => `${method} ${path}`),
      );
    }
    expect(taken.sort()).toEqual([...documented.keys()].sort());
  });
});

describe("the error table", () => {
  it("has the same codes as the schema, the OpenAPI document and errors.md", () => {
    const codes = Object.values(ErrorCode);
    expect(Object.keys(ERRORS).sort()).toEqual([...codes].sort());
    const type = schema.getType("ErrorCode");
    const words = isEnumType(type)
      ? type.getValues().map(({ name }) => name)
      : [];
    expect(words.sort()).toEqual([...codes].sort());
    expect(document.components?.schemas?.["ErrorCode"]).toMatchObject({
      enum: codes,
    });
    const rows = GENERATED_TABLES["errors"]?.render() ?? "";
    for (const code of codes) expect(rows).toContain(`\`${code}\``);
  });

  it("has the codes that each mutation's description names, no others", () => {
    const mutations = schema.getMutationType()?.getFields() ?? {};
    expect([...MUTATION_ERRORS.keys()].sort()).toEqual(
      Object.keys(mutations).sort(),
    );
    for (const [name, codes] of MUTATION_ERRORS) {
      const { description } = mutations[name] ?? {};
      const [, told = ""] =
        /Errors: ([A-Z_, ]+)\./.exec(description ?? "") ?? [];
      expect([name, told.split(", ").sort()]).toEqual([
        name,
        [...codes].sort(),
      ]);
    }
  });
});

describe("the generated tables", () => {
  it.each(FILES_WITH_TABLES)("in %s are up to date", (file) => {
    expect(withTables(file, documentAt(file))).toBe(documentAt(file));
  });
});

describe("the README's table of the twelve operations", () => {
  it("has a line for each word: action, field, routes and scope", () => {
    const lines = linesOf(documentAt("README.md"));
    expect(lines.map(({ action }) => action).sort()).toEqual(
      WORDS.map(actionOf).sort(),
    );
    for (const word of WORDS) {
      const line = lines.find(({ action }) => action === actionOf(word));
      const [, field = ""] = fieldOf(word).split(".");
      expect([word, line?.field, line?.scope]).toEqual([
        word,
        field,
        OPERATIONS[word].scope,
      ]);
    }
    const routes = lines.flatMap(({ action, routes: own }) =>
      own.map((route) => [route, action]),
    );
    const expected = [...documented].flatMap(
      ([route, { operationId = "" }]) => {
        const [method = "", path = ""] = route.split(" ");
        const short = `${method} ${path.slice(ROOT.length) || "/"}`;
        const word = OTHER_ROUTES[operationId] ?? (operationId as Operation);
        return NOT_IN_README.includes(short) ? [] : [[short, actionOf(word)]];
      },
    );
    expect(routes.sort()).toEqual(expected.sort());
  });

  it("needs each of its exceptions", () => {
    for (const exception of NOT_IN_README) {
      const [method, path] = exception.split(" ");
      expect([exception, documented.has(`${method} ${ROOT}${path}`)]).toEqual([
        exception,
        true,
      ]);
    }
  });
});

interface Line {
  readonly action: string;
  /** The first field that the line names. */
  readonly field: string;
  readonly routes: readonly string[];
  readonly scope: string;
}

/** The lines of the table, read as a person reads them. */
function linesOf(text: string): Line[] {
  const [, chapter = ""] = text.split("\n## The twelve operations\n");
  const [own = ""] = chapter.split("\n## ");
  return own
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => {
      const [action = "", fields = "", routes = "", scope = ""] = line
        .split("|")
        .slice(1)
        .map((cell) => cell.trim());
      return {
        action: action.replaceAll("`", ""),
        field: /`(\w+)/.exec(fields)?.[1] ?? "",
        routes: [...routes.matchAll(/`([A-Z]+) (\/[^?`\s]*)/g)].map(
          ([, method = "", path = ""]) => `${method} ${path}`,
        ),
        scope: scope.replaceAll("`", ""),
      };
    });
}

/** Addresses of the tree that Fastify prints, four columns a level. */
function urlsOf(tree: string): string[] {
  const open: string[] = [];
  return (
    tree
      .split("\n")
      // A handler with a constraint stands below its address, which is there already.
      .filter((line) => line.includes("── "))
      .map((line) => {
        const [, indent = "", part = ""] =
          /^([^\w/:*]*── )(\S+) \(/.exec(line) ?? [];
        const level = indent.length / 4 - 1;
        open.length = level;
        const url = `${open.at(-1) ?? ""}${part}`;
        open[level] = url;
        return url;
      })
  );
}
