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
import { fetchSignedIn, rememberedCredential } from "./signed-in.js";

/** Documents of the examples folder, in order. Defined by the build. */
declare const EXAMPLES: readonly string[];

// Load the editor's workers from files next to this script.
window.MonacoEnvironment = {
  getWorker(_id: string, label: string): Worker {
    const name = label === "json" || label === "graphql" ? label : "editor";
    return new Worker(new URL(`./${name}.worker.js`, import.meta.url), {
      type: "module",
    });
  },
};

const HEADERS = JSON.stringify({ "Accept-Language": "en" }, null, 2);

const graphql = new URL("graphql", document.baseURI).href;

const fetcher = createGraphiQLFetcher({
  url: graphql,
  fetch: fetchSignedIn,
  // Lazy: connects when the first subscription starts.
  wsClient: createClient({
    url: graphql.replace(/^http/, "ws"),
    connectionParams: rememberedCredential,
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
        createElement("a", { href: "./" }, "Message contacts"),
      ),
    ),
  );
}
