import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import { createClient } from "graphql-ws";
import { createElement } from "react";
import { createRoot } from "react-dom/client";
import "@graphiql/react/style.css";
import "@graphiql/plugin-doc-explorer/style.css";
import "@graphiql/plugin-history/style.css";
import "graphiql/graphiql.css";
import "./playground.css";
import { fetchSignedIn, rememberedAuthorization } from "./signed-in.js";

/** Documents of the examples folder, in order; the build puts them in. */
declare const EXAMPLES: readonly string[];

declare global {
  /** Where the editor asks for its workers. */
  var MonacoEnvironment: {
    getWorker(id: string, label: string): Worker;
  };
}

globalThis.MonacoEnvironment = {
  getWorker(_id, label) {
    const name = label === "json" || label === "graphql" ? label : "editor";
    return new Worker(new URL(`./${name}.worker.js`, import.meta.url), {
      type: "module",
    });
  },
};

const HEADERS = JSON.stringify({ "Accept-Language": "en" }, null, 2);

const fetcher = createGraphiQLFetcher({
  url: "/graphql",
  fetch: fetchSignedIn,
  // Connects when the first subscription starts, not before.
  wsClient: createClient({
    url: `${location.origin.replace(/^http/, "ws")}/graphql`,
    connectionParams: () => {
      const authorization = rememberedAuthorization();
      return authorization === null ? {} : { authorization };
    },
  }),
});

const page = document.getElementById("playground");
if (page !== null) {
  createRoot(page).render(
    createElement(
      GraphiQL,
      {
        fetcher,
        defaultTabs: EXAMPLES.map((query) => ({
          query,
          headers: HEADERS,
        })),
        defaultHeaders: HEADERS,
        defaultEditorToolsVisibility: "headers",
        shouldPersistHeaders: true,
      },
      createElement(
        GraphiQL.Logo,
        null,
        createElement("a", { href: "/" }, "Message contacts"),
      ),
    ),
  );
}
