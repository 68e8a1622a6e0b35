import { readFile } from "node:fs/promises";
import type { Plugin } from "esbuild";

interface Fix {
  /** End of the file's path. */
  readonly file: string;
  readonly before: string;
  readonly after: string;
}

/** Changes in the code of GraphiQL, which has no option for them. */
const FIXES: readonly Fix[] = [
  {
    // Names a tab after the first operation of its document. Otherwise a tab gets
    // another name when another of its operations is run.
    file: "@graphiql/react/dist/utility/tabs.js",
    before:
      "newTab.operationName || (newTab.query ? fuzzyExtractOperationName(newTab.query) : void 0)",
    after:
      "(newTab.query ? fuzzyExtractOperationName(newTab.query) : void 0) || newTab.operationName",
  },
  // A tab may not contain buttons (ARIA 1.2). The button with the name becomes the tab, and
  // the page's own `tablist` owns it.
  {
    file: "@graphiql/react/dist/components/tabs/index.js",
    before: `"aria-selected": isActive,
			dragElastic: false,
			role: "tab",`,
    after: "dragElastic: false,",
  },
  {
    file: "@graphiql/react/dist/components/tabs/index.js",
    before: 'role: "tablist",',
    after: "",
  },
  {
    file: "graphiql/dist/GraphiQL.js",
    before: 'Tab.Button, { "aria-controls"',
    after:
      'Tab.Button, { role: "tab", "aria-selected": index_1 === activeTabIndex, "aria-controls"',
  },
];

/** Applies the fixes. The build fails if the code of a fix is not found. */
export const GRAPHIQL_FIXES: Plugin = {
  name: "graphiql-fixes",
  setup(build) {
    build.onLoad({ filter: /\.js$/ }, async ({ path }) => {
      const unixPath = path.replaceAll("\\", "/");
      const fixes = FIXES.filter(({ file }) =>
        unixPath.endsWith(`/node_modules/${file}`),
      );
      if (fixes.length === 0) return undefined;
      let contents = await readFile(path, "utf8");
      for (const { before, after } of fixes) {
        if (!contents.includes(before)) {
          throw new Error(`${path} does not contain: ${before}`);
        }
        contents = contents.replace(before, after);
      }
      return { contents, loader: "js" };
    });
  },
};
