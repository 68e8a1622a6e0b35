import { Extensions } from "@nestjs/graphql";
import {
  DirectiveLocation,
  GraphQLDirective,
  GraphQLInt,
  GraphQLList,
  isInterfaceType,
  isObjectType,
  lexicographicSortSchema,
  parse,
  printSchema,
  visit,
  type FieldDefinitionNode,
  type GraphQLSchema,
} from "graphql";

/**
 * Directive of the nullability working group of GraphQL. Relay, Apollo's code generators
 * and graphql-codegen read it.
 */
export const SemanticNonNull = new GraphQLDirective({
  name: "semanticNonNull",
  description:
    "The field is null only if `errors` has an error with its path. A client that treats such errors separately can treat the field as non-null.",
  locations: [DirectiveLocation.FIELD_DEFINITION],
  args: {
    levels: {
      type: new GraphQLList(GraphQLInt),
      defaultValue: [0],
      description: "Levels of a list type that this applies to.",
    },
  },
});

/** Declares that a nullable field is null only on error. */
export function NullOnlyOnError(): MethodDecorator & PropertyDecorator {
  return Extensions({ nullOnlyOnError: true });
}

/**
 * Prints a schema, sorted, with `@semanticNonNull` at the fields that declare
 * `NullOnlyOnError`. graphql-js prints no applied directives.
 */
export function printAnnotatedSchema(schema: GraphQLSchema): string {
  const text = printSchema(lexicographicSortSchema(schema));
  const ends: number[] = [];
  let typeName = "";
  visit(parse(text), {
    ObjectTypeDefinition: ({ name }) => {
      typeName = name.value;
    },
    InterfaceTypeDefinition: ({ name }) => {
      typeName = name.value;
    },
    FieldDefinition: ({ name, type }: FieldDefinitionNode) => {
      const parent = schema.getType(typeName);
      const field =
        isObjectType(parent) || isInterfaceType(parent)
          ? parent.getFields()[name.value]
          : undefined;
      if (field?.extensions["nullOnlyOnError"] === true) {
        ends.push(type.loc?.end ?? 0);
      }
    },
  });
  let printed = "";
  let from = 0;
  for (const end of ends) {
    printed += `${text.slice(from, end)} @${SemanticNonNull.name}`;
    from = end;
  }
  return `${printed}${text.slice(from)}\n`;
}
