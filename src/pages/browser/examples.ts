import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import type { GraphiQLPlugin } from "@graphiql/react";
import { createElement as h, type ReactElement } from "react";

/** A document of the examples folder. */
export interface Example {
  readonly query: string;
  /** Variables as JSON text. */
  readonly variables?: string;
}

/** Headers of new tabs. */
export const HEADERS = JSON.stringify({ "Accept-Language": "en" }, null, 2);

/** Operations of a document, in order. */
function operationsOf(query: string): { kind: string; name: string }[] {
  const found = query.matchAll(/^(query|mutation|subscription)\s+(\w+)/gm);
  return [...found].map(([, kind = "", name = ""]) => ({ kind, name }));
}

/** A list of the examples. It opens the tab of an example again after it was closed. */
export function examplesPlugin(examples: readonly Example[]): GraphiQLPlugin {
  return {
    title: "Examples",
    icon: ListIcon,
    content: () => h(ExampleList, { examples }),
  };
}

function ExampleList({
  examples,
}: {
  readonly examples: readonly Example[];
}): ReactElement {
  const open = useOpenExample();
  return h(
    "section",
    { className: "examples", "aria-label": "Examples" },
    h("h2", null, "Examples"),
    h(
      "ul",
      null,
      examples.map((example) => {
        const [first, ...others] = operationsOf(example.query);
        if (first === undefined) return null;
        return h(
          "li",
          { key: first.name },
          h(
            "button",
            { type: "button", onClick: () => open(example, first.name) },
            h("strong", null, first.name),
            h("small", null, first.kind),
          ),
          others.length === 0
            ? null
            : h("p", null, others.map(({ name }) => name).join(", ")),
        );
      }),
    ),
  );
}

/** Shows the tab of an example, and adds it if it is not open. */
function useOpenExample(): (example: Example, title: string) => void {
  const actions = useGraphiQLActions();
  const { tabs, queryEditor, variableEditor, headerEditor } = useGraphiQL(
    (state) => ({
      tabs: state.tabs,
      queryEditor: state.queryEditor,
      variableEditor: state.variableEditor,
      headerEditor: state.headerEditor,
    }),
  );
  return ({ query, variables = "" }, title) => {
    const at = tabs.findIndex((tab) => tab.title === title);
    if (at >= 0) {
      actions.changeTab(at);
      return;
    }
    actions.addTab();
    queryEditor?.setValue(query);
    variableEditor?.setValue(variables);
    headerEditor?.setValue(HEADERS);
  };
}

const ListIcon = (): ReactElement =>
  h(
    "svg",
    {
      viewBox: "0 0 24 24",
      fill: "none",
      stroke: "currentColor",
      strokeWidth: 1.5,
    },
    h("path", { d: "M8 6h12M8 12h12M8 18h12M3.5 6h.01M3.5 12h.01M3.5 18h.01" }),
  );
