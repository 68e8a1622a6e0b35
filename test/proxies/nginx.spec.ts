import { readFileSync } from "node:fs";
import { Agent, request as httpRequest } from "node:http";
import { Agent as TlsAgent, request as httpsRequest } from "node:https";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Browser } from "playwright-core";
import { findChromium, launch, openWatched } from "../support/browser.js";
import { TOM } from "../support/emulator-fixture.js";
import { EventReader } from "../support/event-stream.js";
import { ensurePageAssets } from "../support/page-assets.js";
import {
  answerOf,
  runButton,
  runExample,
  waitForExamples,
} from "../support/playground.js";
import { startBoth, type Running } from "../support/running.js";
import { bearer, keysFor, newFolder } from "../support/signed-in.js";
import { hasNginx, Nginx } from "../support/nginx.js";
import { TestSocket } from "../support/web-socket.js";

const describeWithNginx = hasNginx() ? describe : describe.skip;

const folder = newFolder();
const { file, keys } = keysFor({
  editor: {
    scopes: [
      "contacts:read",
      "contacts:read-personal",
      "contacts:write",
      "contacts:delete",
    ],
  },
});

/** A location without any directive for headers. */
const BARE = (url: string): string => `
    location /gw/ { proxy_pass ${url}/; }`;

/** The nginx blocks of docs/operations.md: a map, and a location for `TRUSTED_PROXIES`. */
const [UPGRADES = "", LOCATION = ""] = [
  ...readFileSync(
    new URL("../../docs/operations.md", import.meta.url),
    "utf8",
  ).matchAll(/```nginx\n(.*?)```/gs),
].map(([, block = ""]) => block);

const FULL = (url: string): string =>
  LOCATION.replace("http://127.0.0.1:3000", url);

interface Site {
  readonly running: Running;
  readonly nginx: Nginx;
  stop(): Promise<void>;
}

/** Settings of a gateway with authentication. */
const signedIn = (): Readonly<Record<string, string>> => ({
  API_KEYS_FILE: folder.write("keys.json", file),
});

async function start(
  environment: Readonly<Record<string, string>>,
  locations: (gatewayUrl: string) => string,
  http: (gatewayUrl: string) => string = () => UPGRADES,
): Promise<Site> {
  const running = await startBoth(
    { seed: "sample" },
    {
      AUDIT_LOG: "none",
      ...environment,
    },
  );
  const { url } = running.gateway;
  const nginx = await Nginx.start(locations(url), http(url));
  return {
    running,
    nginx,
    stop: async () => {
      await nginx.stop();
      await running.stop();
    },
  };
}

afterAll(() => folder.remove());

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** Sends a request over HTTP, or over HTTPS with a certificate that nobody signed. */
function ask(
  url: string,
  options: {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly agent?: Agent;
  } = {},
): Promise<Answer> {
  const { body, ...rest } = options;
  const isTls = url.startsWith("https:");
  const send = isTls ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = send(
      url,
      { ...rest, ...(isTls ? { agent: TRUSTING } : {}) },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => (text += chunk));
        response.on("error", reject);
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text,
          }),
        );
      },
    );
    request.on("error", reject);
    request.end(body);
  });
}

const TRUSTING = new TlsAgent({ rejectUnauthorized: false });
const JSON_TYPE = { "content-type": "application/json" };

const contact = (name: string): string =>
  JSON.stringify({
    name,
    title: "PROJECT_DIRECTOR",
    emailAddress: `${name}@example.com`,
    phoneNumber: "86-13900001111",
    messageTypes: ["SERVICE_MESSAGE"],
  });

describeWithNginx("behind nginx with a path prefix", () => {
  beforeAll(ensurePageAssets, 120_000);

  describe.each([
    ["without any setting", {}],
    ["with PUBLIC_URL only", { PUBLIC_URL: "https://gateway.example.com/gw" }],
  ])("%s, and nginx without header directives", (_name, environment) => {
    let site: Site;
    beforeAll(async () => {
      site = await start({ ...signedIn(), ...environment }, BARE);
    });
    afterAll(() => site.stop());

    it("pages link to each other relatively", async () => {
      const url = `${site.nginx.url}/gw/`;
      const seen = new Set<string>();
      const queue = [url];
      for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
        if (seen.has(next) || new URL(next).origin !== site.nginx.url) continue;
        seen.add(next);
        // The API, to which a page refers, requires a credential.
        if (next.startsWith(`${url}v1/`)) continue;
        const { status, text, headers } = await ask(next);
        expect([next, status]).toEqual([
          next,
          next.endsWith("/emulator") ? 302 : 200,
        ]);
        if (!String(headers["content-type"]).startsWith("text/html")) continue;
        for (const [, link = ""] of text.matchAll(/href="([^"]+)"/g)) {
          queue.push(new URL(link, next).href.replace(/\?.*/, ""));
        }
      }
      expect([...seen].every((one) => one.startsWith(url))).toBe(true);
      for (const path of ["docs", "errors/NAME_TAKEN", "openapi.json"]) {
        expect(seen).toContain(`${url}${path}`);
      }
    });

    it("accepts the pages' own requests although Host is that of the gateway", async () => {
      const answer = await ask(`${site.nginx.url}/gw/graphql`, {
        method: "POST",
        headers: {
          ...JSON_TYPE,
          ...bearer(keys.editor),
          origin: site.nginx.url,
          "sec-fetch-site": "same-origin",
        },
        body: JSON.stringify({ query: "{ __typename }" }),
      });
      expect([answer.status, answer.text]).toEqual([
        200,
        '{"data":{"__typename":"Query"}}\n',
      ]);
    });

    it("sends server-sent events as they occur", async () => {
      const deletion = `${site.nginx.url}/gw/v1/message-contacts/${TOM}`;
      await ask(`${deletion}?retainContactInMembers=false`, {
        method: "DELETE",
        headers: bearer(keys.editor),
      });
      const events = new EventReader(
        await fetch(`${deletion}/deletion/events`, {
          headers: bearer(keys.editor),
        }),
      );
      const first = await events.next();
      expect(first?.data).toContain("IN_PROGRESS");
      site.running.emulator.control.advanceClock(60_000);
      expect((await events.next())?.data).toContain("DELETED");
      await events.leave();
    });
  });

  it("redirects a page with a slash at its end to the page behind the prefix", async () => {
    const site = await start(signedIn(), BARE);
    const answer = await ask(`${site.nginx.url}/gw/playground/?a=b`);
    expect(answer.status).toBe(308);
    const target = new URL(
      String(answer.headers["location"]),
      `${site.nginx.url}/gw/playground/`,
    );
    expect(target.href).toBe(`${site.nginx.url}/gw/playground?a=b`);
    await site.stop();
  });

  describe("with TRUSTED_PROXIES and the documented location", () => {
    let site: Site;
    beforeAll(async () => {
      site = await start({ ...signedIn(), TRUSTED_PROXIES: "loopback" }, FULL);
    });
    afterAll(() => site.stop());

    it.each(["http", "https"])(
      "links carry the prefix over %s",
      async (scheme) => {
        const { nginx } = site;
        const url = `${scheme === "http" ? nginx.url : nginx.tlsUrl}/gw`;
        const added = await ask(`${url}/v1/message-contacts`, {
          method: "POST",
          headers: { ...JSON_TYPE, ...bearer(keys.editor) },
          body: contact(scheme === "http" ? "Anna" : "Bert"),
        });
        expect(added.status).toBe(201);
        expect(added.headers["location"]).toMatch(
          /^\/gw\/v1\/message-contacts\/c-/,
        );
        const list = await ask(`${url}/v1/message-contacts`, {
          headers: bearer(keys.editor),
        });
        expect(list.headers["link"]).toMatch(/^<\/gw\/v1\/message-contacts\?/);
        const problem = await ask(`${url}/v1/message-contacts/c-none`, {
          headers: bearer(keys.editor),
        });
        const { type } = JSON.parse(problem.text) as { type: string };
        const page = await ask(new URL(type, url).href);
        expect([page.status, type]).toEqual([
          200,
          expect.stringMatching(/^\/gw\/errors\//),
        ]);
        const { servers } = JSON.parse(
          (await ask(`${url}/openapi.json`)).text,
        ) as { servers: { url: string }[] };
        expect(servers[0]?.url).toBe("/gw");
        const landing = await ask(`${url}/`);
        expect(landing.text).toContain(`curl ${url}/graphql`);
      },
    );

    it.each(["http", "https"])(
      "knows its own origin over %s",
      async (scheme) => {
        const { nginx } = site;
        const url = scheme === "http" ? nginx.url : nginx.tlsUrl;
        const statusFor = async (origin: string): Promise<number> =>
          (
            await ask(`${url}/gw/v1/message-contacts`, {
              headers: { origin, ...bearer(keys.editor) },
            })
          ).status;
        expect(await statusFor(url)).toBe(200);
        expect(await statusFor(url.replace(/^https?/, "ftp"))).toBe(403);
        expect(
          await statusFor(
            scheme === "http"
              ? url.replace("http", "https")
              : url.replace("https", "http"),
          ),
        ).toBe(403);
        expect(await statusFor(site.running.gateway.url)).toBe(403);
      },
    );

    it("opens WebSockets for its own pages", async () => {
      const socket = await TestSocket.open(`${site.nginx.url}/gw`, {
        origin: site.nginx.url,
      });
      socket.send({ type: "connection_init", payload: bearer(keys.editor) });
      await socket.message(({ type }) => type === "connection_ack");
      await socket.close();
      const foreign = TestSocket.open(`${site.nginx.url}/gw`, {
        origin: "https://evil.example",
      });
      await expect(foreign).rejects.toThrow("403");
    });
  });

  it("serves the paths of PUBLIC_URL when nginx does not remove the prefix", async () => {
    const site = await start(
      { ...signedIn(), PUBLIC_URL: "https://gateway.example.com/gw" },
      (url) => `
    location /gw { proxy_pass ${url}; }`,
    );
    const url = `${site.nginx.url}/gw`;
    const root = await ask(url);
    expect([root.status, root.headers["location"]]).toEqual([308, "./gw/"]);
    expect((await ask(`${url}/docs`)).status).toBe(200);
    const list = await ask(`${url}/v1/message-contacts`, {
      headers: bearer(keys.editor),
    });
    expect(list.headers["link"]).toContain(
      "<https://gateway.example.com/gw/v1/message-contacts?",
    );
    const other = await ask(`${site.running.gateway.url}/gwx/docs`);
    expect(other.status).toBe(401);
    await site.stop();
  });

  it.each([
    ["longer", "1000", "75s"],
    ["shorter", "72000", "1s"],
  ])(
    "answers every request when nginx keeps connections %s than the gateway",
    async (_name, keepAliveMs, nginxTimeout) => {
      const site = await start(
        { ...signedIn(), KEEP_ALIVE_TIMEOUT_MS: keepAliveMs },
        () => `
    location / {
      proxy_pass http://gateway;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }`,
        (url) => `
  upstream gateway {
    server ${url.replace("http://", "")};
    keepalive 2;
    keepalive_timeout ${nginxTimeout};
  }`,
      );
      const statuses = new Set<number>();
      for (let sent = 0; sent < 50; sent += 1) {
        statuses.add((await ask(`${site.nginx.url}/openapi.json`)).status);
      }
      expect([...statuses]).toEqual([200]);
      await site.stop();
    },
  );
});

const chromiumPath = hasNginx() ? findChromium() : null;
const describeInBrowser = chromiumPath === null ? describe.skip : describe;

describeInBrowser("the pages in a browser behind nginx", () => {
  let browser: Browser;
  let bare: Site;
  let full: Site;
  beforeAll(async () => {
    await ensurePageAssets();
    [bare, full] = await Promise.all([
      start({}, BARE),
      start({ TRUSTED_PROXIES: "127.0.0.1, ::1" }, FULL),
    ]);
    browser = await launch(chromiumPath ?? "", ["--ignore-certificate-errors"]);
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await bare.stop();
    await full.stop();
  });

  const cases = [
    ["a bare location", () => `${bare.nginx.url}/gw`],
    ["the documented location", () => `${full.nginx.url}/gw`],
    ["the documented location with TLS", () => `${full.nginx.tlsUrl}/gw`],
  ] as const;

  it.each(cases)("run a query: %s", async (_name, base) => {
    const { page, problems } = await openWatched(
      browser,
      `${base()}/playground`,
    );
    await waitForExamples(page);
    await runExample(page, "Contact");
    await answerOf(page).filter({ hasText: "tom@example.com" }).waitFor();
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it.each(cases.slice(1))("run a subscription: %s", async (_name, base) => {
    const { page, problems } = await openWatched(
      browser,
      `${base()}/playground`,
    );
    await waitForExamples(page);
    await page.getByRole("tab", { name: "WatchDeletion", exact: true }).click();
    await runButton(page).and(page.locator(":not([aria-haspopup])")).click();
    await answerOf(page).filter({ hasText: "UNKNOWN" }).waitFor();
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it.each(cases)("show the coverage report: %s", async (_name, base) => {
    const { page, problems } = await openWatched(browser, `${base()}/coverage`);
    await page.getByText("production", { exact: true }).waitFor();
    const home = page.getByRole("link", { name: "Message contacts" });
    await home.click();
    await page.getByRole("heading", { level: 1 }).waitFor();
    expect(page.url()).toBe(`${base()}/?lang=en`);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it.each(cases)(
    "send a request from the REST documentation: %s",
    async (_name, base) => {
      const { page, problems } = await openWatched(browser, `${base()}/docs`);
      const operation = page.locator(
        "[id^=operations-][id$=-getMessageContact]",
      );
      await operation.locator(".opblock-summary-control").click();
      const [request] = await Promise.all([
        page.waitForRequest((sent) => sent.url().includes("/v1/")),
        operation.getByRole("button", { name: "Execute" }).click(),
      ]);
      expect(request.url()).toContain(`${base()}/v1/message-contacts/c-`);
      expect((await request.response())?.status()).toBe(200);
      expect(problems).toEqual([]);
      await page.context().close();
    },
  );
});
