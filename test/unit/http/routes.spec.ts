import { describe, expect, it } from "@jest/globals";
import { fastify } from "fastify";
import { requireRights } from "../../../src/http/routes.js";

describe("requireRights", () => {
  it("fails at start-up for a route that declares no rights", () => {
    const app = fastify();
    requireRights(app);
    expect(() => app.get("/v1/things", (_, reply) => reply.send())).toThrow(
      "GET /v1/things declares no rights",
    );
  });

  it("accepts public pages and routes that declare rights", () => {
    const app = fastify();
    requireRights(app);
    app.get("/docs", (_, reply) => reply.send());
    app.get("/v1/things", {
      config: { rights: "listMessageContacts" },
      handler: (_, reply) => reply.send(),
    });
    expect(app.hasRoute({ method: "GET", url: "/docs" })).toBe(true);
    expect(app.hasRoute({ method: "GET", url: "/v1/things" })).toBe(true);
  });
});
