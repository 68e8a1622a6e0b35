import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { GraphQLSchemaHost } from "@nestjs/graphql";
import {
  buildSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isSpecifiedScalarType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from "graphql";
import type { Gateway } from "../../src/gateway.js";
import { printedSchema } from "../../src/pages/contracts.js";
import { unconnectedGateway } from "../support/contracts.js";

let gateway: Gateway;
let schema: GraphQLSchema;

beforeAll(async () => {
  gateway = await unconnectedGateway();
  schema = gateway.app.get(GraphQLSchemaHost).schema;
});

afterAll(() => gateway.close());

describe("schema.graphql", () => {
  it("is up to date with the code (npm run schema updates it)", async () => {
    const file = new URL("../../schema.graphql", import.meta.url);
    const { text } = printedSchema(gateway.app);
    expect(await readFile(file, "utf8")).toBe(text);
  });

  it("can be parsed to the same types", () => {
    const parsed = buildSchema(printedSchema(gateway.app).text);
    expect(Object.keys(parsed.getTypeMap()).sort()).toEqual(
      Object.keys(schema.getTypeMap()).sort(),
    );
  });

  it("marks the fields that are null only on error, in the served text too", () => {
    const marked = Object.values(parsedTypes()).flatMap((type) =>
      Object.values(type.getFields())
        .filter(({ astNode }) =>
          astNode?.directives?.some(
            ({ name }) => name.value === "semanticNonNull",
          ),
        )
        .map(({ name }) => `${type.name}.${name}`),
    );
    expect(marked.sort()).toEqual([
      ...Object.keys(schema.getMutationType()?.getFields() ?? {}).map(
        (name) => `Mutation.${name}`,
      ),
      "Query.bindingTargets",
      "Query.contactsPlan",
      "Query.coverage",
      "Query.messageContactDeletionStatus",
      "Query.messageContacts",
      "Query.pendingVerifications",
    ]);
  });

  it("describes every type, field, argument and enum value", () => {
    expect(undescribed(schema)).toEqual([]);
  });
});

/** Object types of the printed schema, with their syntax trees. */
function parsedTypes(): readonly GraphQLObjectType[] {
  const parsed = buildSchema(printedSchema(gateway.app).text);
  return Object.values(parsed.getTypeMap()).filter(isObjectType);
}

/** Schema coordinates without a description. */
function undescribed(of: GraphQLSchema): string[] {
  const missing: string[] = [];
  const check = (coordinate: string, { description }: Described): void => {
    if (description == null || description.trim() === "") {
      missing.push(coordinate);
    }
  };
  for (const type of Object.values(of.getTypeMap())) {
    if (type.name.startsWith("__") || isSpecifiedScalarType(type)) continue;
    check(type.name, type);
    if (isEnumType(type)) {
      for (const value of type.getValues()) {
        check(`${type.name}.${value.name}`, value);
      }
    }
    if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) {
        check(`${type.name}.${field.name}`, field);
      }
    }
    if (isObjectType(type) || isInterfaceType(type)) {
      for (const field of Object.values(type.getFields())) {
        check(`${type.name}.${field.name}`, field);
        for (const argument of field.args) {
          check(`${type.name}.${field.name}(${argument.name}:)`, argument);
        }
      }
    }
  }
  return missing;
}

interface Described {
  readonly description?: string | null;
}
