import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";

/** @type {import("jest").Config} */
export default {
  rootDir: "..",
  testEnvironment: "node",
  testMatch: ["<rootDir>/test/**/*.spec.ts"],
  testPathIgnorePatterns: [
    "/node_modules/",
    "<rootDir>/test/bench/",
    "<rootDir>/test/clients/",
    // Needs buildah and takes a minute: `npm run test:image`.
    "<rootDir>/test/image/",
    "<rootDir>/test/package/",
    "<rootDir>/test/tools/",
    // These need a redis-server and take minutes: `npm run test:replicas`.
    "<rootDir>/test/replicas/",
  ],
  modulePathIgnorePatterns: ["<rootDir>/dist/"],
  extensionsToTreatAsEsm: [".ts"],
  moduleNameMapper: { "^(\\.{1,2}/.*)\\.js$": "$1" },
  transform: {
    "^.+\\.ts$": [
      // A name would be looked up from `rootDir`; the package is next to this file.
      fileURLToPath(import.meta.resolve("@swc/jest")),
      {
        swcrc: false,
        jsc: {
          target: "es2022",
          parser: { syntax: "typescript", decorators: true },
          transform: {
            legacyDecorator: true,
            decoratorMetadata: true,
            useDefineForClassFields: false,
          },
          keepClassNames: true,
        },
        module: { type: "es6" },
      },
    ],
  },
  testTimeout: 30000,
  // A server that a failed test left behind must not hold up the checks after it.
  forceExit: process.env.CI !== undefined,
  // The default, one less than there are processors, would use one of two only.
  maxWorkers: Math.max(2, availableParallelism() - 1),
  // ES modules of finished test files stay in memory. Near the heap limit, each file would
  // take several times as long.
  workerIdleMemoryLimit: "1GB",
  // `it.concurrent` is used for cases that mostly wait: for retries and time limits.
  maxConcurrency: 12,
};
