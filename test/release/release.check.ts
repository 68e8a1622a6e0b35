import { beforeAll, describe, expect, it } from "@jest/globals";
import type { OpenAPIObject } from "@nestjs/swagger";
import { parse } from "yaml";
import { openApiOf, unconnectedGateway } from "../support/contracts.js";
import { documentAt } from "../support/docs.js";
import {
  changelogProblems,
  differingVersions,
  schemaBreaks,
  unnamed,
  UNRELEASED,
} from "../support/release.js";
import { withoutCorrections } from "../tools/openapi-corrections.js";
import { breakingChanges } from "../tools/openapi-differences.js";

const BASELINE = "test/tools/baseline/";

const json = <T>(path: string): T => JSON.parse(documentAt(path)) as T;
const yaml = <T>(path: string): T => parse(documentAt(path)) as T;

const { version } = json<{ version: string }>("package.json");
const changelog = documentAt("CHANGELOG.md");

let document: OpenAPIObject;

beforeAll(async () => {
  const gateway = await unconnectedGateway();
  document = openApiOf(gateway);
  await gateway.close();
});

// Not part of `npm test`: `npm run release:check` runs it.
describe("a release", () => {
  it("has a section in the changelog, with a date", () => {
    expect(changelogProblems(changelog, version)).toEqual([]);
  });

  // Whoever releases can ask a registry for the digest; a test cannot.
  const itIsReleased = process.env["RELEASE"] === undefined ? it.skip : it;
  itIsReleased("has no change that belongs to no release", () => {
    expect(changelog).not.toContain(`## ${UNRELEASED}`);
  });

  itIsReleased("pins the base image by digest", () => {
    expect(documentAt("Dockerfile")).toMatch(
      /^ARG NODE_IMAGE=node:[\w.-]+@sha256:[0-9a-f]{64}$/m,
    );
  });

  it("has the same version everywhere", () => {
    const lock = json<{
      version: string;
      packages: Record<string, { version?: string }>;
    }>("package-lock.json");
    const { images } = yaml<{ images: { newTag: string }[] }>(
      "deploy/kubernetes/base/kustomization.yaml",
    );
    const { services } = yaml<{
      services: Record<string, { image: string }>;
    }>("compose.yaml");
    const composed = Object.entries(services).flatMap(([name, { image }]) => {
      const [repository, tag] = image.split(":");
      return repository === "message-contacts-gateway"
        ? [[`compose.yaml (${name})`, tag] as const]
        : [];
    });
    expect(composed.length).toBeGreaterThan(0);
    expect(
      differingVersions(version, {
        "package-lock.json": lock.version,
        "package-lock.json (packages)": lock.packages[""]?.version,
        "kustomization.yaml": images[0]?.newTag,
        "the OpenAPI document": document.info.version,
        ...Object.fromEntries(composed),
      }),
    ).toEqual([]);
  });

  it("names in the changelog what breaks clients of the GraphQL schema", () => {
    const changes = schemaBreaks(
      documentAt(`${BASELINE}schema.graphql`),
      documentAt("schema.graphql"),
    );
    expect(unnamed(changes, changelog)).toEqual([]);
  });

  it("names in the changelog what breaks clients of the REST API", () => {
    const changes = withoutCorrections(
      breakingChanges(json(`${BASELINE}openapi.json`), document),
    );
    expect(unnamed(changes, changelog)).toEqual([]);
  });
});
