import { readdirSync } from "node:fs";
import tseslint from "typescript-eslint";

/**
 * Which folders of `src` each folder may import. Arrows point one way; the
 * emulator stands alone, because it exists to contradict the client.
 */
const MAY_IMPORT = {
  errors: [],
  config: ["context"],
  context: ["errors"],
  logging: ["config", "context", "errors"],
  upstream: ["config", "context", "errors", "logging"],
  // Fulfils interfaces that the others declare; only the root knows it.
  "shared-state": [
    "access",
    "config",
    "context",
    "errors",
    "logging",
    "message-contacts",
    "upstream",
  ],
  access: ["config", "context", "errors", "logging", "upstream"],
  http: ["access", "config", "context", "errors", "logging", "upstream"],
  "message-contacts": [
    "access",
    "config",
    "context",
    "errors",
    "http",
    "logging",
    "upstream",
  ],
  ops: ["config", "context", "errors", "logging", "upstream"],
  pages: [
    "config",
    "context",
    "errors",
    "http",
    "logging",
    "message-contacts",
    "upstream",
  ],
  observability: [
    "access",
    "config",
    "context",
    "errors",
    "http",
    "logging",
    "message-contacts",
    "shared-state",
    "upstream",
  ],
  // Programs of their own, as main.ts is.
  commands: [
    "config",
    "context",
    "emulator",
    "errors",
    "http",
    "logging",
    "message-contacts",
    "shared-state",
    "upstream",
  ],
  emulator: [],
};

const FOLDERS = readdirSync(new URL("../src", import.meta.url), {
  withFileTypes: true,
})
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

const oneWay = Object.entries(MAY_IMPORT).map(([folder, allowed]) => ({
  files: [`src/${folder}/**/*.ts`],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          {
            regex: `^(?:\\.\\./)+(?:${FOLDERS.filter(
              (other) => other !== folder && !allowed.includes(other),
            ).join("|")})/`,
            message: `${folder} may import ${allowed.join(", ") || "nothing"} of src.`,
          },
        ],
      },
    ],
  },
}));

export default tseslint.config(
  {
    ignores: [
      "dist/",
      "node_modules/",
      "test/bench/",
      "test/clients/",
      "test/tools/",
    ],
  },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        project: true,
        tsconfigRootDir: new URL("..", import.meta.url).pathname,
      },
    },
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-unused-vars": [
        "error",
        {
          argsIgnorePattern: "^_",
          varsIgnorePattern: "^_",
          destructuredArrayIgnorePattern: "^_",
        },
      ],
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      // It would turn imports of injected classes into `import type`, which
      // breaks injection at run time.
      "@typescript-eslint/consistent-type-imports": "off",
      // A module of Nest is a class without members.
      "@typescript-eslint/no-extraneous-class": "off",
      "no-restricted-exports": [
        "error",
        { restrictDefaultExports: { direct: true } },
      ],
    },
  },
  {
    files: ["**/*.js", "**/*.mjs"],
    ...tseslint.configs.disableTypeChecked,
  },
  { files: ["test/*.config.js"], rules: { "no-restricted-exports": "off" } },
  ...oneWay,
);
