import Fastify from "fastify";
import mercurius from "mercurius";
import { resolvers, typeDefs } from "./resolvers.js";
import { isAllowed } from "./vendor.js";

// (c) mercurius on Fastify, compiled after the first run of a document.

const app = Fastify();
app.addHook("onRequest", (request, reply, done) => {
  if (isAllowed(request.headers)) done();
  else reply.code(401).send();
});
app.register(mercurius, { schema: typeDefs, resolvers, jit: 1 });
await app.listen({ port: Number(process.env.PORT), host: "127.0.0.1" });
