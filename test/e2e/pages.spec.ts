import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { ErrorCode } from "../../src/errors/error-codes.js";
import { ERRORS } from "../../src/errors/error-table.js";
import { ensurePageAssets } from "../support/page-assets.js";
import { startBoth, type Running } from "../support/running.js";

/** Maximum compressed size of all scripts, styles and fonts of a page. */
const MAX_BYTES_ON_THE_WIRE = 3 * 1024 * 1024;

const PAGES = [
  "/",
  "/coverage",
  "/playground",
  "/docs",
  "/errors",
  "/errors/NAME_TAKEN",
];

let running: Running;

const get = (
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> => fetch(`${running.gateway.url}${path}`, { headers });

beforeAll(async () => {
  await ensurePageAssets();
  running = await startBoth();
}, 120_000);

afterAll(() => running.stop());

describe("every page", () => {
  it.each(PAGES)(
    "%s has a restrictive content security policy",
    async (path) => {
      const answer = await get(path);
      expect(answer.status).toBe(200);
      expect(answer.headers.get("content-type")).toBe(
        "text/html; charset=utf-8",
      );
      const policy = answer.headers.get("content-security-policy") ?? "";
      expect(policy).toMatch(/^default-src 'none'; base-uri 'none'/);
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain("unsafe-eval");
      expect(policy).not.toMatch(/script-src[^;]*(?:unsafe|https?:|\*)/);
      expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
      expect(await answer.text()).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    },
  );

  it.each(PAGES)(
    "%s has no inline scripts or style attributes",
    async (path) => {
      const text = await (await get(path)).text();
      expect(text).not.toMatch(/<script(?![^>]*\bsrc=)/);
      expect(text).not.toMatch(/\sstyle=|\son\w+=/);
    },
  );

  it.each([...PAGES, "/openapi.json", "/schema.graphql"])(
    "%s answers HEAD like GET, without a body",
    async (path) => {
      const answer = await fetch(`${running.gateway.url}${path}`, {
        method: "HEAD",
      });
      expect(answer.status).toBe(200);
      expect(await answer.text()).toBe("");
    },
  );

  it.each([...PAGES, "/openapi.json", "/schema.graphql"])(
    "%s returns 405 with an Allow header for other methods",
    async (path) => {
      const answer = await fetch(`${running.gateway.url}${path}`, {
        method: "POST",
      });
      expect(answer.status).toBe(405);
      expect(answer.headers.get("allow")).toContain("GET");
    },
  );
});

describe("the landing page", () => {
  it("explains its scope and names the upstream", async () => {
    const text = await (await get("/")).text();
    expect(text).toContain("Message contacts of a resource directory");
    expect(text).toContain("or for alarm contacts");
    expect(text).toContain("Emulator");
  });

  it.each([
    ["zh-CN", "/", "资源目录的消息联系人"],
    ["en", "/?lang=zh", "资源目录的消息联系人"],
    ["zh-CN", "/?lang=en", "Message contacts of a resource directory"],
  ])("uses the requested language (%s %s)", async (language, path, title) => {
    const answer = await get(path, { "accept-language": language });
    expect(await answer.text()).toContain(`<h1>${title}</h1>`);
  });
});

describe("the error pages", () => {
  it.each(Object.values(ErrorCode))(
    "show the message and advice of %s in both languages",
    async (code) => {
      for (const language of ["en", "zh"] as const) {
        const answer = await get(`/errors/${code}`, {
          "accept-language": language,
        });
        expect(answer.status).toBe(200);
        expect(answer.headers.get("content-language")).toBe(language);
        const text = (await answer.text()).replaceAll("&#39;", "'");
        expect(text).toContain(ERRORS[code].message[language]);
        expect(text).toContain(ERRORS[code].advice[language]);
        expect(text).toContain(String(ERRORS[code].httpStatus));
      }
    },
  );

  it("list every code", async () => {
    const text = await (await get("/errors")).text();
    for (const code of Object.values(ErrorCode)) {
      expect(text).toContain(`href="errors/${code}`);
    }
  });

  it("are JSON for clients that prefer JSON", async () => {
    const accept = { accept: "application/json" };
    const one = await get("/errors/NAME_TAKEN", accept);
    expect(await one.json()).toMatchObject({
      code: "NAME_TAKEN",
      status: 409,
      repeat: "no",
      retryable: false,
    });
    const all = (await (await get("/errors", accept)).json()) as object[];
    expect(all).toHaveLength(Object.values(ErrorCode).length);
  });

  it.each(["NOPE", "__proto__", "toString", "%3Cscript%3E"])(
    "return 404 for the unknown code %s",
    async (code) => {
      const answer = await get(`/errors/${code}`);
      expect(answer.status).toBe(404);
      expect(answer.headers.get("content-type")).toContain(
        "application/problem+json",
      );
    },
  );
});

describe("the contract documents", () => {
  it.each([
    ["/openapi.json", "application/json; charset=utf-8"],
    ["/schema.graphql", "text/plain; charset=utf-8"],
  ])("%s is revalidated with an ETag", async (path, type) => {
    const answer = await get(path);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe(type);
    const etag = answer.headers.get("etag") ?? "";
    const again = await get(path, { "if-none-match": etag });
    expect(again.status).toBe(304);
  });
});

describe("page assets", () => {
  it.each(["/coverage", "/playground", "/docs"])(
    "%s loads small, compressed and immutable files",
    async (path) => {
      const files = await filesOf(path);
      expect(files.length).toBeGreaterThan(1);
      let bytes = 0;
      for (const file of files) {
        const { headers, body } = await raw(file, "br");
        expect(headers["cache-control"]).toContain("immutable");
        expect(headers.vary).toContain("accept-encoding");
        bytes += body.length;
      }
      expect(bytes).toBeLessThan(MAX_BYTES_ON_THE_WIRE);
    },
  );

  it("have the same content in each encoding", async () => {
    const file = (await filesOf("/docs")).find((url) => url.endsWith(".css"));
    const plain = await raw(file ?? "", "identity");
    const brotli = await raw(file ?? "", "br, gzip");
    const gzip = await raw(file ?? "", "gzip");
    expect(plain.headers["content-encoding"]).toBeUndefined();
    expect(brotli.headers["content-encoding"]).toBe("br");
    expect(gzip.headers["content-encoding"]).toBe("gzip");
    expect(brotliDecompressSync(brotli.body).equals(plain.body)).toBe(true);
    expect(gunzipSync(gzip.body).equals(plain.body)).toBe(true);
  });

  it.each([
    "manifest.json",
    "..%2f..%2f..%2fpackage.json",
    "..%5c..%5cpackage.json",
    "%2e%2e%2fmanifest.json",
    "playground.js.br",
    "__proto__",
    "constructor",
    "playground.js%00",
  ])("include no file outside the manifest: %s", async (name) => {
    const [file = ""] = await filesOf("/playground");
    const folder = file.slice(0, file.lastIndexOf("/"));
    const { statusCode } = await raw(`${folder}/${name}`, "identity");
    expect([400, 404]).toContain(statusCode);
  });

  it("are not found under the hash of another build", async () => {
    const { statusCode } = await raw(
      "/playground/assets/000000000000/playground.js",
      "identity",
    );
    expect(statusCode).toBe(404);
  });
});

/** URL paths of the assets that a page references. */
async function filesOf(page: string): Promise<string[]> {
  const text = await (await get(page)).text();
  return [...text.matchAll(/(?:src|href)="([^"]+\/assets\/[^"]+)"/g)].map(
    ([, address = ""]) => new URL(address, `http://127.0.0.1${page}`).pathname,
  );
}

interface RawAnswer extends Pick<IncomingMessage, "headers" | "statusCode"> {
  readonly body: Buffer;
}

/** Sends a request without normalizing the path or decompressing the response. */
async function raw(path: string, encoding: string): Promise<RawAnswer> {
  const { hostname, port } = new URL(running.gateway.url);
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    httpRequest({
      hostname,
      port,
      path,
      headers: { "accept-encoding": encoding },
    })
      .once("response", resolve)
      .once("error", reject)
      .end();
  });
  const { headers, statusCode } = answer;
  return { headers, statusCode, body: await buffer(answer) };
}
