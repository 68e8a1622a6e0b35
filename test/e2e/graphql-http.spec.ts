import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { auditServer, type AuditResult } from "graphql-http";
import { startBoth, type Running } from "../support/running.js";

describe("GraphQL over HTTP", () => {
  let running: Running;
  let results: AuditResult[];

  beforeAll(async () => {
    running = await startBoth();
    results = await auditServer({ url: `${running.gateway.url}/graphql` });
  });

  afterAll(() => running.stop());

  it("breaks no rule of the specification", () => {
    const broken = results.filter(({ status }) => status === "error");
    expect(broken.map(({ name }) => name)).toEqual([]);
    expect(results.length).toBeGreaterThan(50);
  });

  // A document that does not fit is answered with 400 in both media types, as
  // the error table says of BAD_REQUEST: proxies and logs then see it too.
  it("departs from recommendations only with the status of BAD_REQUEST", () => {
    const departed = results.filter(({ status }) => status === "warn");
    expect(departed.map(({ name }) => name)).toEqual([
      "SHOULD use 200 status code on document parsing failure when accepting application/json",
      "SHOULD use 200 status code on document validation failure when accepting application/json",
      "SHOULD use a status code of 200 on variable coercion failure when accepting application/json",
    ]);
  });
});
