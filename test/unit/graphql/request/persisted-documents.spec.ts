import { createHash } from "node:crypto";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { ErrorCode } from "../../../../src/errors/error-codes.js";
import { GatewayError } from "../../../../src/errors/gateway-error.js";
import { AutomaticQueries } from "../../../../src/graphql/request/automatic-queries.js";
import { PersistedDocuments } from "../../../../src/graphql/request/persisted-documents.js";

const sha256 = (text: string): string =>
  createHash("sha256").update(text).digest("hex");

const DOCUMENT = "{ messageContacts { totalCount } }";
const HASH = sha256(DOCUMENT);
const MD5 = createHash("md5").update(DOCUMENT).digest("hex");
const OTHER = "{ __typename }";
const NEW_HASH = sha256(OTHER);

const MANIFEST = new Map([
  [`sha256:${HASH}`, DOCUMENT],
  ["list-v1", DOCUMENT],
  [MD5, DOCUMENT],
]);

const MODES = ["off", "prefer", "only"] as const;
type Mode = (typeof MODES)[number];

const byHash = (sha256Hash: unknown, version: unknown = 1) => ({
  extensions: { persistedQuery: { version, sha256Hash } },
});

describe("persisted documents", () => {
  let byMode: ReadonlyMap<Mode, PersistedDocuments>;

  beforeEach(() => {
    byMode = new Map(
      MODES.map((mode) => [
        mode,
        new PersistedDocuments({
          PERSISTED_DOCUMENTS: mode,
          documents: MANIFEST,
        }),
      ]),
    );
  });

  const documents = (mode: Mode): PersistedDocuments => {
    const found = byMode.get(mode);
    if (found === undefined) throw new Error("all modes have documents");
    return found;
  };

  /** Text of the document, or the error code; registers like a valid request. */
  const outcome = (mode: Mode, request: object): string => {
    try {
      const found = documents(mode).find(request);
      documents(mode).register(found);
      return found.query;
    } catch (error) {
      if (error instanceof GatewayError) return error.code;
      throw error;
    }
  };

  it.each([
    ["`documentId`", { documentId: `sha256:${HASH}` }],
    ["`documentId` without the prefix of the hash", { documentId: HASH }],
    ["`documentId` that is a name", { documentId: "list-v1" }],
    ["`documentId` that is an MD5", { documentId: MD5 }],
    ["`doc_id`", { doc_id: MD5 }],
    ["`id`", { id: MD5 }],
    ["`persistedQuery`", byHash(HASH)],
    ["`persistedQuery` without version", byHash(HASH, undefined)],
    ["`persistedQuery` with the name of Apollo's manifest", byHash("list-v1")],
    ["an id and an empty text", { documentId: HASH, query: "" }],
    ["an id and a null text", { documentId: HASH, query: null }],
  ])("are found by %s", (_name, request) => {
    expect(outcome("prefer", request)).toBe(DOCUMENT);
    expect(outcome("only", request)).toBe(DOCUMENT);
  });

  it.each([
    "nothing",
    "__proto__",
    "constructor",
    `sha256:${"0".repeat(64)}`,
    "sha256:00",
    "0".repeat(64),
  ])("are not found by the unknown id %s", (documentId) => {
    for (const mode of MODES) {
      expect(outcome(mode, { documentId })).toBe(
        ErrorCode.PERSISTED_DOCUMENT_NOT_FOUND,
      );
    }
  });

  it('are not read in the mode "off"', () => {
    expect(outcome("off", { documentId: HASH })).toBe(
      ErrorCode.PERSISTED_DOCUMENT_NOT_FOUND,
    );
  });

  it('are the only documents that run in the mode "only"', () => {
    expect(outcome("only", { query: DOCUMENT })).toBe(DOCUMENT);
    expect(outcome("only", { query: OTHER })).toBe(
      ErrorCode.PERSISTED_DOCUMENT_NOT_FOUND,
    );
    expect(outcome("prefer", { query: OTHER })).toBe(OTHER);
    expect(outcome("off", { query: OTHER })).toBe(OTHER);
  });

  it('are not extended by requests in the mode "only"', () => {
    const request = { ...byHash(NEW_HASH), query: OTHER };
    expect(outcome("only", request)).toBe(
      ErrorCode.PERSISTED_DOCUMENT_NOT_FOUND,
    );
    expect(outcome("only", byHash(NEW_HASH))).toBe(
      ErrorCode.PERSISTED_QUERY_NOT_SUPPORTED,
    );
    expect(outcome("only", { ...byHash(HASH), query: DOCUMENT })).toBe(
      DOCUMENT,
    );
  });

  it.each(["off", "prefer"] as const)(
    'are registered by hash on request in the mode "%s"',
    (mode) => {
      const request = { ...byHash(NEW_HASH), query: OTHER };
      expect(outcome(mode, byHash(NEW_HASH))).toBe(
        ErrorCode.PERSISTED_QUERY_NOT_FOUND,
      );
      expect(outcome(mode, request)).toBe(OTHER);
      expect(outcome(mode, byHash(NEW_HASH))).toBe(OTHER);
      expect(outcome(mode, { documentId: `sha256:${NEW_HASH}` })).toBe(OTHER);
      expect(outcome(mode, { documentId: NEW_HASH })).toBe(OTHER);
    },
  );

  it("are registered only after the request was valid", () => {
    documents("off").find({ ...byHash(NEW_HASH), query: OTHER });
    expect(outcome("off", byHash(NEW_HASH))).toBe(
      ErrorCode.PERSISTED_QUERY_NOT_FOUND,
    );
  });

  it("are rejected with a hash that is not the hash of the text", () => {
    const request = { ...byHash(NEW_HASH), query: DOCUMENT };
    for (const mode of MODES) {
      expect(outcome(mode, request)).toBe(ErrorCode.BAD_REQUEST);
    }
    expect(outcome("off", { ...byHash("list-v1"), query: DOCUMENT })).toBe(
      ErrorCode.BAD_REQUEST,
    );
  });

  it("are rejected with the id of another document", () => {
    for (const mode of ["prefer", "only"] as const) {
      for (const request of [byHash(HASH), { documentId: "list-v1" }]) {
        expect(outcome(mode, { ...request, query: OTHER })).toBe(
          ErrorCode.BAD_REQUEST,
        );
      }
    }
  });

  it('with an id that the manifest lacks run in the mode "prefer" if they have a text', () => {
    for (const request of [
      { documentId: "list-v2" },
      { doc_id: "0".repeat(32) },
      { documentId: `sha256:${"0".repeat(64)}` },
      byHash("list-v2"),
      byHash(NEW_HASH),
    ]) {
      expect(outcome("prefer", { ...request, query: OTHER })).toBe(OTHER);
    }
  });

  it.each([
    ["no document", {}],
    ["an empty id", { documentId: "" }],
    ["an id that is not a string", { documentId: 1 }],
    ["an id that is an object", { doc_id: {} }],
    ["a text that is not a string", { query: 1 }],
    ["a hash that is not a string", byHash(1)],
    ["another version", byHash(HASH, 2)],
    [
      "`persistedQuery` that is no object",
      { extensions: { persistedQuery: 1 } },
    ],
  ])("are malformed: %s", (_name, request) => {
    for (const mode of MODES) {
      expect(outcome(mode, request)).toBe(ErrorCode.BAD_REQUEST);
    }
  });
});

describe("registered documents", () => {
  it("are bounded in number", () => {
    const queries = new AutomaticQueries(2, 1_000);
    for (const text of ["a", "b", "c"]) queries.register(sha256(text), text);
    expect(queries.count).toBe(2);
    expect(queries.find(sha256("a"))).toBeUndefined();
    expect(queries.find(sha256("c"))).toBe("c");
  });

  it("are bounded in size, and a larger document is not kept", () => {
    const queries = new AutomaticQueries(100, 10);
    queries.register("one", "123456");
    queries.register("two", "123456");
    expect(queries.find("one")).toBeUndefined();
    queries.register("three", "12345678901");
    expect(queries.find("three")).toBeUndefined();
    expect(queries.find("two")).toBe("123456");
  });
});
