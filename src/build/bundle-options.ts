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

/** Options of every bundle with the compiled gateway and its packages, for Node.js. */
export const GATEWAY_BUNDLE = {
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  external: ABSENT.flatMap((name) => [name, `${name}/*`]),
  banner: { js: BANNER },
  plugins: [keepClassNames],
  logLevel: "warning",
} as const satisfies BuildOptions;
