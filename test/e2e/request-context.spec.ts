import { describe, expect, it } from "@jest/globals";
import { fastify } from "fastify";
import { DEFAULT_DIRECTORY } from "../../src/context/request-context.js";
import { callerWith, SCOPES } from "../../src/context/caller.js";
import { acceptIdempotencyKeys } from "../../src/http/idempotency-key.js";
import { Ingress } from "../../src/http/ingress/ingress.js";
import { addRequestHooks } from "../../src/http/request-hooks.js";
import { Logger } from "../../src/logging/logger.js";
import { ClientViews } from "../../src/proxies/client-view.js";

describe("the request context", () => {
  it("is one object from the first hook to the handler, and frozen there", async () => {
    const app = fastify();
    const logger = new Logger({ LOG_LEVEL: "error" });
    const caller = callerWith("ann", SCOPES, [DEFAULT_DIRECTORY]);
    const originOf = () => ({ kind: "own" }) as const;
    new Ingress(new ClientViews(), { originOf }, logger).addHook(app);
    addRequestHooks(
      app,
      {
        authorize: () => ({ caller, directory: "china", remaining: null }),
        chargeUpstreamCalls: () => undefined,
      },
      logger,
    );
    const contexts: object[] = [];
    app.addHook("onRequest", (request, _reply, done) => {
      contexts.push(request.callContext);
      done();
    });
    acceptIdempotencyKeys(app, logger);
    app.post("/v1/things", {
      config: { rights: "addMessageContact" },
      handler: ({ callContext }, reply) => {
        contexts.push(callContext);
        return reply.send({});
      },
    });
    const url = await app.listen({ host: "127.0.0.1", port: 0 });
    const { status } = await fetch(`${url}/v1/things`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "idempotency-key": "key-1",
      },
      body: "{}",
    });
    await app.close();
    expect(status).toBe(200);
    expect(contexts[1]).toBe(contexts[0]);
    expect(Object.isFrozen(contexts[1])).toBe(true);
    expect(contexts[1]).toMatchObject({
      caller,
      directory: "china",
      idempotency: { key: "key-1" },
    });
  });
});
