import { useGraphiQL } from "@graphiql/react";
import { createElement, type ReactElement } from "react";

/** The accessible list of tabs. The tabs are elsewhere, next to their close buttons. */
export function TabList(): ReactElement {
  const count = useGraphiQL(({ tabs }) => tabs.length);
  const ids = Array.from(
    { length: count },
    (_, at) => `graphiql-session-tab-${at}`,
  );
  return createElement("div", {
    role: "tablist",
    "aria-label": "Open operations",
    "aria-owns": ids.join(" "),
  });
}
