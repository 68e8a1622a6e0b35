import { ApolloServer } from "@apollo/server";
import responseCachePlugin from "@apollo/server-plugin-response-cache";
import { startStandaloneServer } from "@apollo/server/standalone";
import { GraphQLError } from "graphql";
import { resolvers, typeDefs } from "./resolvers.js";
import { isAllowed } from "./vendor.js";

// (f) Apollo Server with its response cache. Each response is cached for a second, as in
// the gateway. All callers of the benchmark may read the same.

const cacheHints = `
  enum CacheControlScope { PUBLIC PRIVATE }

  directive @cacheControl(
    maxAge: Int
    scope: CacheControlScope
    inheritMaxAge: Boolean
  ) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION

  extend type MessageContact @cacheControl(maxAge: 1)
  extend type MessageContactPage @cacheControl(maxAge: 1)
  extend type Binding @cacheControl(inheritMaxAge: true)
  extend type PendingVerification @cacheControl(inheritMaxAge: true)
  extend type ContactDeletion @cacheControl(inheritMaxAge: true)
`;

const server = new ApolloServer({
  typeDefs: [typeDefs, cacheHints],
  resolvers,
  plugins: [responseCachePlugin()],
});
await startStandaloneServer(server, {
  listen: { port: Number(process.env.PORT), host: "127.0.0.1" },
  context: async ({ req }) => {
    if (isAllowed(req.headers)) return {};
    throw new GraphQLError("sign in first", {
      extensions: { http: { status: 401 } },
    });
  },
});
