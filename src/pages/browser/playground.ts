import { DOC_EXPLORER_PLUGIN } from "@graphiql/plugin-doc-explorer";
import { HISTORY_PLUGIN } from "@graphiql/plugin-history";
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
import { Credential } from "./credential.js";
import { examplesPlugin, HEADERS, type Example } from "./examples.js";
import { PlaygroundStorage } from "./playground-storage.js";
import { SignIn } from "./sign-in.js";
import { TabList } from "./tab-list.js";

/** Documents of the examples folder, in order. Defined by the build. */
declare const EXAMPLES: readonly Example[];

// Load the editor's workers from files next to this script.
window.MonacoEnvironment = {
  getWorker(_id: string, label: string): Worker {
    const name = label === "json" || label === "graphql" ? label : "editor";
    return new Worker(new URL(`./${name}.worker.js`, import.meta.url), {
      type: "module",
    });
  },
};

const storage = new PlaygroundStorage();
const credential = new Credential(storage);
const graphql = new URL("graphql", document.baseURI).href;

const fetcher = createGraphiQLFetcher({
  url: graphql,
  fetch: credential.fetch,
  // Lazy: connects when the first subscription starts.
  wsClient: createClient({
    url: graphql.replace(/^http/, "ws"),
    connectionParams: () => credential.state.headers,
  }),
});

const page = document.getElementById("playground");
if (page !== null) {
  createRoot(page).render(
    createElement(
      GraphiQL,
      {
        fetcher,
        storage,
        plugins: [examplesPlugin(EXAMPLES), HISTORY_PLUGIN],
        referencePlugin: DOC_EXPLORER_PLUGIN,
        defaultTabs: EXAMPLES.map((example) => ({
          ...example,
          headers: HEADERS,
        })),
        defaultHeaders: HEADERS,
        defaultEditorToolsVisibility: "headers",
        // Lets the setting decide. The storage turns it off by default.
        shouldPersistHeaders: true,
      },
      createElement(TabList),
      createElement(
        GraphiQL.Logo,
        null,
        createElement(
          "h1",
          null,
          createElement("a", { href: "./" }, "Message contacts"),
        ),
        createElement(SignIn, { credential, storage }),
      ),
    ),
  );
}
