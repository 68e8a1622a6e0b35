/**
 * The folders of `src` that each folder may import, type-only imports included.
 * `test/contract/imports.spec.ts` compares every row with the sources and
 * rejects cycles; lint reports a forbidden import where it is written.
 * `gateway` is the root file of that name.
 *
 * @type {Readonly<Record<string, readonly string[]>>}
 */
export const MAY_IMPORT = {
  errors: [],
  context: ["errors"],
  proxies: [],
  config: ["context", "proxies"],
  logging: ["config", "context", "errors"],
  validation: ["errors"],
  egress: ["config", "logging"],
  upstream: ["config", "context", "egress", "errors", "logging"],
  access: [
    "config",
    "context",
    "egress",
    "errors",
    "logging",
    "proxies",
    "upstream",
  ],
  http: ["access", "context", "errors", "logging", "proxies"],
  openapi: ["errors", "http", "validation"],
  graphql: [
    "access",
    "config",
    "context",
    "errors",
    "http",
    "logging",
    "proxies",
  ],
  "message-contacts": [
    "access",
    "config",
    "context",
    "errors",
    "graphql",
    "http",
    "logging",
    "openapi",
    "upstream",
    "validation",
  ],
  // Implements interfaces that the folders below declare.
  "shared-state": [
    "access",
    "config",
    "errors",
    "logging",
    "message-contacts",
    "upstream",
  ],
  observability: [
    "access",
    "config",
    "context",
    "egress",
    "errors",
    "graphql",
    "http",
    "logging",
    "message-contacts",
    "shared-state",
    "upstream",
  ],
  pages: [
    "config",
    "errors",
    "graphql",
    "http",
    "message-contacts",
    "openapi",
    "upstream",
  ],
  // The emulator exists to contradict the client, so it shares no code with it.
  emulator: [],
  // Programs with their own entry points, as main.ts is.
  processes: ["access", "config", "gateway", "logging", "observability"],
  commands: [
    "access",
    "config",
    "context",
    "egress",
    "emulator",
    "errors",
    "logging",
    "message-contacts",
    "shared-state",
    "upstream",
    "validation",
  ],
  // The package for other teams' test suites.
  "test-package": ["config", "emulator", "gateway", "main"],
  build: ["config", "emulator", "errors", "gateway", "pages"],
};
