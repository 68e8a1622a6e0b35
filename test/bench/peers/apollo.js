import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";
import { GraphQLError } from "graphql";
import { resolvers, typeDefs } from "./resolvers.js";
import { isAllowed } from "./vendor.js";

// (d) Apollo Server with the HTTP server that comes with it.

const server = new ApolloServer({ typeDefs, resolvers });
await startStandaloneServer(server, {
  listen: { port: Number(process.env.PORT), host: "127.0.0.1" },
  context: async ({ req }) => {
    if (isAllowed(req.headers)) return {};
    throw new GraphQLError("sign in first", {
      extensions: { http: { status: 401 } },
    });
  },
});
