import { readdirSync } from "node:fs";
import tseslint from "typescript-eslint";
import { MAY_IMPORT } from "./folders.js";

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
            message: `${folder} may import only these folders of src: ${allowed.join(", ") || "none"} (test/folders.js).`,
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
      "**/node_modules/",
      "test/bench/*.js",
      "test/bench/dist/",
      "test/bench/peers/",
      "test/clients/",
      "test/package/",
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
      // Off: it would turn imports of injected classes into `import type`,
      // which breaks injection at run time.
      "@typescript-eslint/consistent-type-imports": "off",
      // Off: a Nest module is a class without members.
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
