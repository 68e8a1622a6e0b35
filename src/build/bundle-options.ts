import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { BuildOptions, Plugin } from "esbuild";

/** Optional packages of the framework and its libraries. This application does not use them. */
const ABSENT = [
  "@apollo/gateway",
  "@apollo/subgraph",
  "@as-integrations/express5",
  "@as-integrations/fastify",
  "@fastify/multipart",
  "@fastify/static",
  "@fastify/view",
  "@nestjs/microservices",
  "@nestjs/platform-express",
  "@nestjs/websockets",
  "bufferutil",
  "class-transformer",
  "ts-morph",
  "utf-8-validate",
];

/** Some bundled packages call `require`, which ES modules do not have. */
const BANNER =
  'import { createRequire as createRequireHere } from "node:module"; const require = createRequireHere(import.meta.url);';

/**
 * Keeps the names of classes, because schema types are named after them. TypeScript
 * emits `let A = class A`, and esbuild would rename the inner class to `A2`.
 */
const keepClassNames: Plugin = {
  name: "keep-class-names",
  setup: (bundler) => {
    const compiled = fileURLToPath(new URL("../", import.meta.url));
    bundler.onLoad({ filter: /\.js$/ }, async ({ path }) => {
      if (!path.startsWith(compiled)) return null;
      const code = await readFile(path, "utf8");
      const contents = code.replace(
        /^let (\w+) = class (\w+)/gm,
        (text, outer: string, inner: string) =>
          outer === inner ? `let ${outer} = class` : text,
      );
      return { contents, loader: "js" };
    });
  },
};

/**
 * Escapes the letters of other alphabets in the regular expressions of this package. V8
 * keeps a source that contains one of them in two bytes per character, which costs
 * 8 MB for the whole bundle.
 */
const escapeAlphabets: Plugin = {
  name: "escape-alphabets",
  setup: (bundler) => {
    const filter = /[\\/]node_modules[\\/]validator[\\/]/;
    bundler.onLoad({ filter }, async ({ path }) => ({
      contents: (await readFile(path, "utf8")).replace(
        /[\u0080-\uffff]/g,
        (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
      ),
      loader: "js",
    }));
  },
};

/**
 * Options that make a bundle small and describe its contents. Names stay: the schema's
 * types are named after classes.
 */
export const MINIFIED = {
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: "none",
  metafile: true,
} as const satisfies BuildOptions;

/** Options of every bundle with the compiled gateway and its packages, for Node.js. */
export const GATEWAY_BUNDLE = {
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  external: ABSENT.flatMap((name) => [name, `${name}/*`]),
  banner: { js: BANNER },
  plugins: [keepClassNames, escapeAlphabets],
  logLevel: "warning",
} as const satisfies BuildOptions;
