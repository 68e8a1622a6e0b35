import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { inspect } from "node:util";
import { afterAll, describe, expect, it } from "@jest/globals";
import { ConfigError, readConfig } from "../../../src/config/read-config.js";
import { keysFor, newFolder } from "../../support/signed-in.js";

const LIST = "{ messageContacts { totalCount } }";

type Environment = Readonly<Record<string, string>>;

const folder = newFolder();
afterAll(() => folder.remove());

const { file } = keysFor({ svc: { scopes: ["contacts:read"] } });
const API_KEYS_FILE = folder.write("keys.json", file);

const VENDOR = {
  UPSTREAM_ENDPOINT: "https://resourcedirectory.aliyuncs.com",
  ALIBABA_CLOUD_ACCESS_KEY_ID: "canary-id",
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: "canary-secret",
};

/** Names of the settings that the problems of a configuration start with. */
function invalidSettings(environment: Environment): string[] {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.message).not.toMatch(/canary/);
    return error.problems.map((problem) => problem.split(/[ :]/)[0] ?? "");
  }
}

describe("a file with a duplicate member in an object", () => {
  const written = (name: string, text: string): string => {
    const path = folder.write(name, {});
    writeFileSync(path, text);
    return path;
  };
  const issuer = `"issuer":"https://a.example","audience":"a","jwksUrl":"https://a.example/jwks"`;
  const directory = `{"endpoint":"https://a.example","credentials":"chain"}`;

  it.each([
    ["API_KEYS_FILE", `{"keys":[],\n"keys":[]}`],
    ["JWT_ISSUERS_FILE", `{"issuers":[{${issuer},\n"audience":"b"}]}`],
    [
      "DIRECTORIES_FILE",
      `{"directories":{"main":${directory},\n"main":${directory}}}`,
    ],
    ["PERSISTED_DOCUMENTS_FILE", `{"a":"{ one }",\n"\\u0061":"{ two }"}`],
  ])(
    "is rejected, because only one of the two would apply: %s",
    (setting, text) => {
      const environment = {
        ...VENDOR,
        API_KEYS_FILE,
        [setting]: written(`${setting}.json`, text),
      };
      if (setting === "DIRECTORIES_FILE") {
        Object.assign(environment, { UPSTREAM_ENDPOINT: "" });
      }
      expect(invalidSettings(environment)).toEqual([setting]);
    },
  );

  it("is accepted if only a string looks like a duplicate member", () => {
    const PERSISTED_DOCUMENTS_FILE = folder.write("alike.json", {
      a: '{ f(x: "a") }',
      b: '"a":1,"a":',
      c: "\\",
      d: '{"a":1,"a":2}',
    });
    expect(invalidSettings({ PERSISTED_DOCUMENTS_FILE })).toEqual([]);
  });
});

describe("the configuration", () => {
  it("has defaults for all settings", () => {
    const config = readConfig({});
    expect(config).toMatchObject({ PORT: 3000, HOST: "127.0.0.1" });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it("reports all problems at once, without values", () => {
    expect(
      invalidSettings({
        PORT: "canary",
        HOST: "0.0.0.0",
        UPSTREAM_ENDPOINT: "http://canary.example",
        JWT_ALGORITHMS: "RS256,HS256",
        JWT_ISSUER: "https://canary.example",
        CORS_ORIGINS: "*",
        TRUSTED_PROXIES: "canary",
        PUBLIC_URL: "ftp://canary.example",
        KEEP_ALIVE_TIMEOUT_MS: "1",
        PERSISTED_DOCUMENTS: "only",
        API_KEYS_FILE: "/nowhere/canary.json",
      }).sort(),
    ).toEqual([
      "ALIBABA_CLOUD_ACCESS_KEY_ID",
      "API_KEYS_FILE",
      "CORS_ORIGINS",
      "JWT_ALGORITHMS",
      "JWT_ISSUER,",
      "KEEP_ALIVE_TIMEOUT_MS",
      "PERSISTED_DOCUMENTS_FILE",
      "PORT",
      "PUBLIC_URL",
      "TRUSTED_PROXIES",
      "UPSTREAM_ENDPOINT",
    ]);
  });

  it.each([
    ...["", "10.0.0.1", "10.0.0.0/8,fd00::/8", "loopback, UNIQUELOCAL", "1"],
    ...["::ffff:10.0.0.0/104", "16", "127.0.0.1/32"],
  ])("accepts TRUSTED_PROXIES %j", (TRUSTED_PROXIES) => {
    expect(invalidSettings({ TRUSTED_PROXIES })).toEqual([]);
  });

  it.each([
    ...["0", "17", "1,2", "true", "*", "10.0.0.0/33", "10.0.0.0/0", "10.0.0"],
    ...["10.0.0.0/255.0.0.0", "fe80::1%eth0", "0x7f.1", "proxy.example", ","],
    ...["10.0.0.1/8/8", "::/129"],
  ])("refuses TRUSTED_PROXIES %j", (TRUSTED_PROXIES) => {
    expect(invalidSettings({ TRUSTED_PROXIES })).toEqual(["TRUSTED_PROXIES"]);
  });

  it.each(["https://a.example", "http://a.example:8080/gw/", "https://a/b/c"])(
    "accepts PUBLIC_URL %s",
    (PUBLIC_URL) => {
      expect(invalidSettings({ PUBLIC_URL })).toEqual([]);
    },
  );

  it.each([
    ...["a.example", "/gw", "https://a.example/?q", "https://a.example/#x"],
    ...["https://u:p@a.example", "https://a.example//b", "https://a/graphql"],
    ...["https://a.example/v1/x", "https://a.example/b c"],
  ])("refuses PUBLIC_URL %s", (PUBLIC_URL) => {
    expect(invalidSettings({ PUBLIC_URL })).toEqual(["PUBLIC_URL"]);
  });

  it("never prints a configured value", () => {
    const config = readConfig({ ...VENDOR, API_KEYS_FILE });
    const prints = [
      JSON.stringify(config),
      inspect(config),
      inspect({ config }, { depth: 9, showHidden: true }),
      Object.prototype.toString.call(config),
      `${JSON.stringify({ config })}`,
    ];
    for (const text of prints) expect(text).not.toMatch(/canary/);
  });
});

describe("several processes", () => {
  it("require Redis", () => {
    expect(invalidSettings({ WEB_CONCURRENCY: "2" })).toEqual(["REDIS_URL"]);
    const shared = { WEB_CONCURRENCY: "2", REDIS_URL: "redis://127.0.0.1" };
    expect(readConfig(shared).WEB_CONCURRENCY).toBe(2);
  });

  it.each(["0", "-1", "two", "257"])("cannot number %s", (WEB_CONCURRENCY) => {
    expect(invalidSettings({ WEB_CONCURRENCY })).toContain("WEB_CONCURRENCY");
  });
});

describe("without authentication", () => {
  it.each(["0.0.0.0", "::", "192.0.2.1", "gateway.example.com"])(
    "rejects the listen address %s",
    (HOST) => {
      expect(invalidSettings({ HOST })).toEqual(["HOST"]);
      expect(invalidSettings({ HOST, API_KEYS_FILE })).toEqual([]);
    },
  );

  it("rejects an upstream on another machine", () => {
    expect(invalidSettings(VENDOR)).toEqual(["UPSTREAM_ENDPOINT"]);
    expect(invalidSettings({ ...VENDOR, API_KEYS_FILE })).toEqual([]);
    for (const host of ["127.0.0.1:8080", "localhost", "[::1]:1"]) {
      const UPSTREAM_ENDPOINT = `http://${host}`;
      expect(invalidSettings({ ...VENDOR, UPSTREAM_ENDPOINT })).toEqual([]);
    }
  });

  it("rejects http to another machine, with and without authentication", () => {
    for (const endpoint of [
      "http://resourcedirectory.aliyuncs.com",
      "http://127.0.0.1.evil.example",
      "http://localhost@evil.example",
      "https://user:secret@resourcedirectory.aliyuncs.com",
      "ftp://127.0.0.1",
      "https://resourcedirectory.aliyuncs.com/path",
    ]) {
      const environment = { ...VENDOR, UPSTREAM_ENDPOINT: endpoint };
      expect(invalidSettings({ ...environment, API_KEYS_FILE })).toContain(
        "UPSTREAM_ENDPOINT",
      );
    }
  });
});

describe("in production", () => {
  const production = { ...VENDOR, API_KEYS_FILE, NODE_ENV: "production" };

  it("accepts a vendor endpoint with authentication", () => {
    expect(invalidSettings(production)).toEqual([]);
  });

  it.each<[string, Environment]>([
    ["DEBUG", { DEBUG: "app,httpx*" }],
    ["DEBUG", { DEBUG: "*" }],
    ["NODE_DEBUG", { NODE_DEBUG: "http" }],
    ["NODE_DEBUG", { NODE_DEBUG: "tls,x" }],
    ["NODE_TLS_REJECT_UNAUTHORIZED", { NODE_TLS_REJECT_UNAUTHORIZED: "0" }],
    ["NODE_OPTIONS", { NODE_OPTIONS: "--insecure-http-parser" }],
    ["NODE_OPTIONS", { NODE_OPTIONS: "--inspect=0.0.0.0" }],
  ])("rejects %s set by %j", (name, unsafe) => {
    expect(invalidSettings({ ...production, ...unsafe })).toEqual([name]);
  });

  it("rejects the emulator", () => {
    const { UPSTREAM_ENDPOINT: _vendor, ...rest } = production;
    expect(invalidSettings(rest)).toEqual(["UPSTREAM_ENDPOINT"]);
  });
});

describe("files", () => {
  it("configure several issuers, each with the default algorithms or its own", () => {
    const one = {
      issuer: "https://one.example",
      audience: "contacts",
      jwksUrl: "https://one.example/jwks",
    };
    const two = {
      ...one,
      issuer: "https://two.example",
      algorithms: ["ES384"],
      audience: ["a", "b"],
    };
    const JWT_ISSUERS_FILE = folder.write("issuers.json", {
      issuers: [one, two],
    });
    expect(readConfig({ JWT_ISSUERS_FILE }).issuers).toEqual([
      {
        ...one,
        audience: ["contacts"],
        algorithms: ["RS256", "PS256", "ES256", "EdDSA"],
      },
      two,
    ]);
  });

  it.each([
    [[]],
    [{ issuers: {} }],
    [{ issuers: [{ issuer: "x", audience: [], jwksUrl: "http://a.example" }] }],
    [
      {
        issuers: [
          {
            issuer: "x",
            audience: "y",
            jwksUrl: "https://a.example",
            algorithms: ["none"],
          },
        ],
      },
    ],
  ])("reject the issuers file %j", (content) => {
    const JWT_ISSUERS_FILE = folder.write("bad-issuers.json", content);
    expect(invalidSettings({ JWT_ISSUERS_FILE })).toContain("JWT_ISSUERS_FILE");
  });

  it("configure several directories, with credentials from the environment", () => {
    const DIRECTORIES_FILE = folder.write("directories.json", {
      directories: {
        main: {
          endpoint: "https://resourcedirectory.aliyuncs.com",
          credentials: { accessKeyId: "MAIN_ID", accessKeySecret: "MAIN_KEY" },
        },
        china: {
          endpoint: "https://resourcedirectory.aliyuncs.com",
          credentials: "chain",
        },
      },
    });
    const environment = { DIRECTORIES_FILE, API_KEYS_FILE };
    const { directories } = readConfig({
      ...environment,
      MAIN_ID: "id",
      MAIN_KEY: "secret",
    });
    expect([...directories.keys()]).toEqual(["main", "china"]);
    expect(directories.get("main")?.credentials).toEqual({
      kind: "keys",
      accessKeyId: "id",
      accessKeySecret: "secret",
    });
    expect(invalidSettings(environment)).toEqual([
      "DIRECTORIES_FILE",
      "DIRECTORIES_FILE",
    ]);
    expect(
      invalidSettings({
        ...VENDOR,
        ...environment,
        MAIN_ID: "i",
        MAIN_KEY: "s",
      }),
    ).toEqual(["UPSTREAM_ENDPOINT"]);
  });

  it("reject invalid aliases, endpoints and credentials", () => {
    const DIRECTORIES_FILE = folder.write("bad-directories.json", {
      directories: {
        "Not An Alias": { endpoint: "https://a.example", credentials: "chain" },
        plain: { endpoint: "http://a.example", credentials: "chain" },
        empty: {},
      },
    });
    expect(invalidSettings({ DIRECTORIES_FILE, API_KEYS_FILE })).toHaveLength(
      5,
    );
  });

  it("reject a manifest with an id that is not the hash of its document", () => {
    const PERSISTED_DOCUMENTS_FILE = folder.write("documents.json", {
      [`sha256:${"0".repeat(64)}`]: "{ messageContacts { totalCount } }",
    });
    expect(invalidSettings({ PERSISTED_DOCUMENTS_FILE })).toEqual([
      "PERSISTED_DOCUMENTS_FILE",
    ]);
  });

  it.each([
    ["a plain map with SHA-256 ids", { [sha256(LIST)]: LIST }],
    ["a plain map with MD5 ids", { [md5(LIST)]: LIST }],
    ["a plain map with an entry `format`", { format: LIST }],
    [
      "Apollo's manifest",
      apolloManifest([
        { id: sha256(LIST), body: LIST, name: "L", type: "query" },
      ]),
    ],
    [
      "Apollo's manifest with ids of its own",
      apolloManifest([{ id: "list-v1", body: LIST }]),
    ],
  ])("accept as manifest of documents %s", (_name, manifest) => {
    const PERSISTED_DOCUMENTS_FILE = folder.write("documents.json", manifest);
    const { documents } = readConfig({
      PERSISTED_DOCUMENTS: "only",
      PERSISTED_DOCUMENTS_FILE,
    });
    expect([...documents.values()]).toEqual([LIST]);
  });

  it.each([
    ["another version", { ...apolloManifest([]), version: 2 }],
    ["no operations", { ...apolloManifest([]), operations: {} }],
    ["an operation without body", apolloManifest([{ id: "a" }])],
    ["an empty body", apolloManifest([{ id: "a", body: "" }])],
    ["an empty id", apolloManifest([{ id: "", body: LIST }])],
    ["a wrong hash", apolloManifest([{ id: sha256("x"), body: LIST }])],
    [
      "one id for two documents",
      apolloManifest([
        { id: "a", body: LIST },
        { id: "a", body: "{ __typename }" },
      ]),
    ],
  ])("reject Apollo's manifest with %s", (_name, manifest) => {
    const PERSISTED_DOCUMENTS_FILE = folder.write("documents.json", manifest);
    expect(invalidSettings({ PERSISTED_DOCUMENTS_FILE })).toEqual([
      "PERSISTED_DOCUMENTS_FILE",
    ]);
  });
});

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function md5(text: string): string {
  return createHash("md5").update(text).digest("hex");
}

function apolloManifest(operations: readonly object[]): object {
  return { format: "apollo-persisted-query-manifest", version: 1, operations };
}
