import { readdirSync } from "node:fs";
import { basename } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { GraphQLSchemaHost } from "@nestjs/graphql";
import type { OpenAPIObject, OperationObject } from "@nestjs/swagger";
import { isEnumType, type GraphQLSchema } from "graphql";
import {
  FILES_WITH_TABLES,
  GENERATED_TABLES,
  withTables,
} from "../../src/build/docs-tables.js";
import {
  FEATURES,
  kindOf,
  scopesOf,
  type Feature,
  type Right,
} from "../../src/access/rights/features.js";
import { ACTIONS } from "../../src/emulator/actions/catalogue.js";
import { scopeSentence } from "../../src/openapi/scope-sentence.js";
import { ErrorCode } from "../../src/errors/error-codes.js";
import { ERRORS } from "../../src/errors/error-table.js";
import type { Gateway } from "../../src/gateway.js";
import { MUTATION_ERRORS } from "../../src/message-contacts/graphql/contact-mutation.decorator.js";
import { MessageContactsService } from "../../src/message-contacts/message-contacts.service.js";
import {
  actionOf,
  CONTACT_OPERATIONS,
  OPERATIONS,
  type Operation,
} from "../../src/upstream/operations.js";
import { openApiOf, unconnectedGateway } from "../support/contracts.js";
import { documentAt } from "../support/docs.js";

const ROOT = "/v1/message-contacts";
const ALL = Object.keys(OPERATIONS) as Operation[];
const NAMES = CONTACT_OPERATIONS;
const FEATURE_NAMES = Object.keys(FEATURES) as Feature[];

/**
 * Operations that are writes in the gateway, because they must not be repeated, but not in
 * the emulator, because they change no contact and conflict with no other write.
 */
const SENDS_ONLY: readonly Operation[] = [
  "sendEmailVerificationForMessageContact",
  "sendPhoneVerificationForMessageContact",
];

/** Root fields that have another name than the operation or feature that they use. */
const OTHER_FIELDS: Readonly<Record<string, Right>> = {
  "Query.node": "getMessageContact",
  "Subscription.messageContactDeletionStatus":
    "getMessageContactDeletionStatus",
  "Subscription.messageContactStatus": "getMessageContact",
};

/** REST operations that have another name than the operation or feature that they use. */
const OTHER_ROUTES: Readonly<Record<string, Right>> = {
  watchMessageContactDeletion: "getMessageContactDeletionStatus",
  watchMessageContactStatus: "getMessageContact",
  batchUpdateMessageContacts: "updateMessageContacts",
  importContacts: "applyContactsPlan",
};

/** Features without a root field: their result is a file. */
const REST_ONLY: readonly Feature[] = ["exportContacts"];

/** REST operations that the README's table of the twelve operations omits. */
const NOT_IN_README = ["POST /batch-update"];

/** Paths outside REST: GraphQL, the web pages and their assets. */
const OTHER_PATHS = [
  "/",
  "/graphql",
  "/graphql/stream",
  "/coverage",
  "/coverage/assets/:build/:file",
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
/** Documented operations by `GET /path`, with paths in the syntax of OpenAPI. */
let documented: Map<string, OperationObject>;

beforeAll(async () => {
  gateway = await unconnectedGateway();
  schema = gateway.app.get(GraphQLSchemaHost).schema;
  document = openApiOf(gateway);
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

/** The root field of an operation: a mutation keeps its name, a query drops the verb. */
function fieldOf(operation: Operation): string {
  if (OPERATIONS[operation].kind === "write") return `Mutation.${operation}`;
  const noun = operation.replace(/^(?:get|list)/, "");
  return `Query.${noun.charAt(0).toLowerCase()}${noun.slice(1)}`;
}

/** The root field of a feature, which has its name. */
function featureField(feature: Feature): string {
  return `${kindOf(feature) === "read" ? "Query" : "Mutation"}.${String(feature)}`;
}

function isOperation(right: Right): right is Operation {
  return right in OPERATIONS;
}

/** Coordinates of all root fields, such as `Query.messageContact`. */
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
  it("has the actions of the emulator, each in a file of its name", () => {
    expect(ALL.map(actionOf).sort()).toEqual([...ACTIONS.keys()].sort());
    expect([NAMES.length, ALL.length]).toEqual([12, 16]);
    const files = readdirSync(
      new URL("../../src/emulator/actions", import.meta.url),
      { recursive: true, encoding: "utf8" },
    ).map((path) => basename(path));
    for (const operation of ALL) {
      const kebab = operation.replaceAll(
        /[A-Z]/g,
        (l) => `-${l.toLowerCase()}`,
      );
      expect(files).toContain(`${kebab}.ts`);
    }
  });

  it("has the same reads and writes as the emulator", () => {
    const differing = ALL.filter(
      (operation) =>
        ACTIONS.get(actionOf(operation))?.isWrite !==
        (OPERATIONS[operation].kind === "write"),
    );
    expect(differing).toEqual(SENDS_ONLY);
  });

  it("has one operation per method of the service", () => {
    const methods = Object.getOwnPropertyNames(
      MessageContactsService.prototype,
    ).filter((name) => name !== "constructor");
    expect(methods.sort()).toEqual([...NAMES].sort());
  });

  it("has one root field per operation and feature, except the listed ones", () => {
    const fields = [
      ...NAMES.map(fieldOf),
      ...FEATURE_NAMES.filter((name) => !REST_ONLY.includes(name)).map(
        featureField,
      ),
      ...Object.keys(OTHER_FIELDS),
    ];
    expect(rootFields().sort()).toEqual(fields.sort());
  });

  it("has one REST operation per operation and feature, except the listed ones", () => {
    const renamed = Object.values(OTHER_ROUTES);
    const ids = [...documented.values()].map(({ operationId }) => operationId);
    expect(ids.sort()).toEqual(
      [
        ...NAMES,
        ...FEATURE_NAMES.filter(
          (name) => name === "applyContactsPlan" || !renamed.includes(name),
        ),
        ...Object.keys(OTHER_ROUTES),
      ].sort(),
    );
  });

  it("has the same scopes in every API", () => {
    for (const { operationId = "", description = "" } of documented.values()) {
      const right = OTHER_ROUTES[operationId] ?? (operationId as Right);
      expect([operationId, description]).toEqual([
        operationId,
        expect.stringContaining(scopeSentence(scopesOf(right))),
      ]);
    }
    const fields: [string, Right][] = [
      ...NAMES.map((name): [string, Right] => [fieldOf(name), name]),
      ...FEATURE_NAMES.filter((name) => !REST_ONLY.includes(name)).map(
        (name): [string, Right] => [featureField(name), name],
      ),
      ...Object.entries(OTHER_FIELDS),
    ];
    for (const [coordinate, right] of fields) {
      const [type = "", name = ""] = coordinate.split(".");
      const root = schema.getType(type);
      const field =
        root !== undefined && "getFields" in root
          ? root.getFields()[name]
          : undefined;
      expect([coordinate, field?.description]).toEqual([
        coordinate,
        expect.stringContaining(scopeSentence(scopesOf(right))),
      ]);
    }
  });
});

describe("the routes", () => {
  it("are the documented operations and the listed paths", async () => {
    const fastify = gateway.app.getHttpAdapter().getInstance();
    const urls = urlsOf(fastify.printRoutes({ commonPrefix: false }));
    expect(urls.filter((url) => !url.startsWith("/v1/")).sort()).toEqual(
      [...OTHER_PATHS].sort(),
    );
    const allowed: string[] = [];
    for (const url of urls.filter((one) => one.startsWith("/v1/"))) {
      // No route accepts PUT, so the response lists the allowed methods.
      const { status, headers } = await fetch(
        `${gateway.url}${url.replaceAll(/:\w+/g, "c-0000000000000000")}`,
        { method: "PUT" },
      );
      expect([url, status]).toEqual([url, 405]);
      const methods = (headers.get("allow") ?? "").split(", ");
      const path = url.replaceAll(/:(\w+)/g, "{$1}");
      allowed.push(
        // Fastify adds HEAD to every GET route.
        ...methods
          .filter((method) => method !== "HEAD")
          .map((method) => `${method} ${path}`),
      );
    }
    expect(allowed.sort()).toEqual([...documented.keys()].sort());
  });
});

describe("the error table", () => {
  it("has the same codes as the schema, the OpenAPI document and errors.md", () => {
    const codes = Object.values(ErrorCode);
    expect(Object.keys(ERRORS).sort()).toEqual([...codes].sort());
    const type = schema.getType("ErrorCode");
    const values = isEnumType(type)
      ? type.getValues().map(({ name }) => name)
      : [];
    expect(values.sort()).toEqual([...codes].sort());
    expect(document.components?.schemas?.["ErrorCode"]).toMatchObject({
      enum: codes,
    });
    const rows = GENERATED_TABLES["errors"]?.render() ?? "";
    for (const code of codes) expect(rows).toContain(`\`${code}\``);
  });

  it("has exactly the codes in the description of each mutation", () => {
    const mutations = schema.getMutationType()?.getFields() ?? {};
    expect([...MUTATION_ERRORS.keys()].sort()).toEqual(
      Object.keys(mutations).sort(),
    );
    for (const [name, codes] of MUTATION_ERRORS) {
      const { description } = mutations[name] ?? {};
      const [, listed = ""] =
        /Errors: ([A-Z_, ]+)\./.exec(description ?? "") ?? [];
      expect([name, listed.split(", ").sort()]).toEqual([
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
  it("has one line per operation with its action, field, routes and scope", () => {
    const lines = linesOf(documentAt("README.md"));
    expect(lines.map(({ action }) => action).sort()).toEqual(
      NAMES.map(actionOf).sort(),
    );
    for (const operation of NAMES) {
      const line = lines.find(({ action }) => action === actionOf(operation));
      const [, field = ""] = fieldOf(operation).split(".");
      expect([operation, line?.field, line?.scope]).toEqual([
        operation,
        field,
        OPERATIONS[operation].scope,
      ]);
    }
    const routes = lines.flatMap(({ action, routes: own }) =>
      own.map((route) => [route, action]),
    );
    const expected = [...documented].flatMap(
      ([route, { operationId = "" }]) => {
        const [method = "", path = ""] = route.split(" ");
        const short = `${method} ${path.slice(ROOT.length) || "/"}`;
        const right = OTHER_ROUTES[operationId] ?? (operationId as Right);
        return NOT_IN_README.includes(short) || !isOperation(right)
          ? []
          : [[short, actionOf(right)]];
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

/** The parsed lines of the table. */
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

/** Paths in the tree that Fastify prints, which is indented by four columns per level. */
function urlsOf(tree: string): string[] {
  const open: string[] = [];
  return (
    tree
      .split("\n")
      // A handler with a constraint is listed below its path, which is included already.
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
