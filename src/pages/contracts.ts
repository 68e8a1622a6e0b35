import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { INestApplication } from "@nestjs/common";
import { GraphQLSchemaHost } from "@nestjs/graphql";
import { Config } from "../config/config.js";
import { buildOpenApi } from "../openapi/document.js";
import { packageVersion } from "../config/version.js";
import { printAnnotatedSchema } from "../graphql/semantic-non-null.js";
import { REST_CONTRACT } from "./rest-contract.js";

/** A contract document, with the data for its HTTP response. */
export interface ContractText {
  readonly text: string;
  readonly gzipped: Buffer;
  readonly etag: string;
}

function contractText(text: string): ContractText {
  const hash = createHash("sha256").update(text).digest("base64url");
  return {
    text,
    gzipped: gzipSync(text),
    // Weak, because both encodings of the document share one ETag.
    etag: `W/"${hash.slice(0, 16)}"`,
  };
}

/** Prints the running GraphQL schema, sorted and with descriptions. */
export function printedSchema(app: INestApplication): ContractText {
  const { schema } = app.get(GraphQLSchemaHost);
  return contractText(printAnnotatedSchema(schema));
}

/** Prints the OpenAPI 3.1 document of the REST API. */
export function printedOpenApi(app: INestApplication): ContractText {
  const document = buildOpenApi(
    REST_CONTRACT,
    packageVersion(),
    app.get(Config),
  );
  return contractText(JSON.stringify(document, null, 2));
}

/** The same OpenAPI document with another URL of its server. */
export function withServer({ text }: ContractText, url: string): ContractText {
  const document = JSON.parse(text) as object;
  const servers = [{ url, description: "This gateway." }];
  return contractText(JSON.stringify({ ...document, servers }, null, 2));
}
