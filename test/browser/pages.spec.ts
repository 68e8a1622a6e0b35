import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Browser, Page } from "playwright-core";
import { readFile } from "node:fs/promises";
import { OPERATION_ORDER } from "../../src/pages/browser/operation-order.js";
import {
  findChromium,
  finish,
  launch,
  SharedProfiles,
  type WatchedPage,
} from "../support/browser.js";
import { ensurePageAssets } from "../support/page-assets.js";
import {
  answerOf,
  runButton,
  runExample,
  waitForExamples,
} from "../support/playground.js";
import { startBoth, type Running } from "../support/running.js";

const chromiumPath = findChromium();
const describeInBrowser = chromiumPath === null ? describe.skip : describe;

let running: Running;
let browser: Browser;
let profiles: SharedProfiles;

const open = (
  path: string,
  colorScheme?: "light" | "dark",
): Promise<WatchedPage> =>
  profiles.open(`${running.gateway.url}${path}`, colorScheme);

describeInBrowser("the pages in a browser", () => {
  beforeAll(async () => {
    await ensurePageAssets();
    running = await startBoth({ seed: "sample" });
    browser = await launch(chromiumPath ?? "");
    profiles = new SharedProfiles(browser);
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    await running.stop();
  });

  describe.each(["light", "dark"] as const)("in the %s theme", (theme) => {
    it.each([
      ["/", "Message contacts of a resource directory"],
      ["/?lang=zh", "资源目录的消息联系人"],
      ["/errors", "VERIFICATION_NOT_PENDING"],
      [
        "/errors/NAME_TAKEN",
        "Another contact in the resource directory has this name.",
      ],
      ["/errors/NAME_TAKEN?lang=zh", "资源目录中已有同名联系人。"],
      ["/coverage", "production"],
      ["/coverage?lang=zh", "谁会收到通知，谁不会"],
      ["/docs", "Add a contact"],
      ["/playground", "Contact"],
      ["/openapi.json", "addMessageContact"],
      ["/schema.graphql", "type MessageContact implements Node {"],
    ])("open without problems: %s", async (path, text) => {
      const watched = await open(path, theme);
      await watched.page.getByText(text).first().waitFor();
      expect(await finish(watched)).toEqual([]);
    });
  });

  it("have a landing page whose links all work", async () => {
    const watched = await open("/");
    const { page } = watched;
    const links = await page.locator("a").all();
    const addresses = await Promise.all(
      links.map((link) => link.getAttribute("href")),
    );
    for (const address of new Set(addresses)) {
      const answer = await page.request.get(
        new URL(address ?? "", page.url()).href,
      );
      expect([address, answer.status()]).toEqual([address, 200]);
    }
    expect(await finish(watched)).toEqual([]);
  });

  it("run a query in the playground", async () => {
    const watched = await openPlayground();
    await runExample(watched.page, "Contact");
    await answerOf(watched.page)
      .filter({ hasText: "tom@example.com" })
      .waitFor();
    expect(await finish(watched)).toEqual([]);
  });

  it("run a successful and a failing mutation in the playground", async () => {
    const watched = await openPlayground();
    await openTab(watched.page, "AddContact");
    await runExample(watched.page, "AddContact");
    await answerOf(watched.page).filter({ hasText: "VERIFYING" }).waitFor();
    await runExample(watched.page, "AddContactNameTaken");
    await answerOf(watched.page).filter({ hasText: "NAME_TAKEN" }).waitFor();
    expect(await finish(watched)).toEqual([]);
  });

  it("run a subscription in the playground", async () => {
    const watched = await openPlayground();
    await openTab(watched.page, "WatchDeletion");
    const { page } = watched;
    await runButton(page).and(page.locator(":not([aria-haspopup])")).click();
    await answerOf(watched.page).filter({ hasText: "UNKNOWN" }).waitFor();
    expect(await finish(watched)).toEqual([]);
  });

  it("show the schema documentation next to the editor", async () => {
    const watched = await openPlayground();
    await watched.page
      .getByRole("button", { name: "Show Documentation Explorer" })
      .click();
    await watched.page.getByRole("link", { name: "Mutation" }).click();
    await watched.page
      .getByText("Adds a contact. No message is sent")
      .first()
      .waitFor();
    expect(await finish(watched)).toEqual([]);
  });

  it("send a key that was entered in one tab from every tab", async () => {
    const watched = await openPlayground();
    const { page } = watched;
    const { developmentKey } = running.gateway;
    const authorization = `Bearer ${developmentKey ?? ""}`;
    await typeHeaders(page, JSON.stringify({ authorization }));
    await runExample(page, "Contact");
    await answerOf(page).filter({ hasText: "tom@example.com" }).waitFor();
    await openTab(page, "Contacts");
    const [request] = await Promise.all([
      page.waitForRequest((sent) =>
        isOperation(sent.url(), sent.postData(), "query Contacts"),
      ),
      runExample(page, "Contacts"),
    ]);
    expect(request.headers()["authorization"]).toBe(authorization);
    expect(await finish(watched)).toEqual([]);
  });

  it("keep the name of a tab when another of its operations is run", async () => {
    const watched = await openPlayground();
    const { page } = watched;
    await runExample(page, "ContactUnknown");
    await answerOf(page).filter({ hasText: "null" }).waitFor();
    await page.getByRole("tab", { name: "Contact", exact: true }).waitFor();
    expect(
      await page
        .getByRole("tab", { name: "ContactUnknown", exact: true })
        .count(),
    ).toBe(0);
    expect(await finish(watched)).toEqual([]);
  });

  it("open a closed example again from the list of examples", async () => {
    const watched = await openPlayground();
    const { page } = watched;
    const tab = page.getByRole("tab", { name: "Contacts", exact: true });
    await openTab(page, "Contacts");
    await page
      .getByRole("listitem")
      .filter({ has: tab })
      .getByRole("button", { name: "Close Tab" })
      .click();
    await tab.waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Show Examples" }).click();
    const examples = page.getByRole("region", { name: "Examples" });
    await examples.getByRole("button", { name: /^Contacts/ }).click();
    await tab.waitFor();
    await runExample(page, "Contacts");
    await answerOf(page).filter({ hasText: "totalCount" }).waitFor();
    // An open example is shown, not added again.
    await examples.getByRole("button", { name: /^Contacts/ }).click();
    expect(await tab.count()).toBe(1);
    expect(await finish(watched)).toEqual([]);
  });

  it("show that the playground and the documentation are loading", async () => {
    const page = await browser.newPage({ javaScriptEnabled: false });
    for (const path of ["/playground", "/docs"]) {
      await page.goto(`${running.gateway.url}${path}`);
      await page.getByRole("status").filter({ hasText: "Loading" }).waitFor();
    }
    await page.close();
  });

  it("list the REST operations by subject, in the order of the README", async () => {
    const watched = await open("/docs");
    const { page } = watched;
    await page.locator(".opblock").first().waitFor();
    const subjects = [
      "Contacts",
      "Verifications",
      "Deletions",
      "Bindings",
      "Targets",
      "Coverage",
      "Plans",
    ];
    const tags = await page.locator(".opblock-tag").all();
    expect(
      await Promise.all(tags.map((tag) => tag.getAttribute("data-tag"))),
    ).toEqual(subjects);
    const rows = await page.locator(".opblock").all();
    const ids = await Promise.all(rows.map((row) => row.getAttribute("id")));
    const shown = ids.map((id) => (id ?? "").split("-").slice(1));
    for (const subject of subjects) {
      const ofSubject = shown.filter(([tag]) => tag === subject);
      const names = ofSubject.map(([, name = ""]) => name);
      expect(names).toEqual(
        OPERATION_ORDER.filter((name) => names.includes(name)),
      );
    }
    expect(shown).toHaveLength(OPERATION_ORDER.length);
    expect(await finish(watched)).toEqual([]);
  });

  it("show each error response of an operation as one line that opens", async () => {
    const watched = await open("/docs");
    const { page } = watched;
    const operation = page.locator("#operations-Contacts-addMessageContact");
    await operation.locator(".opblock-summary-control").click();
    const error = operation
      .locator("details")
      .filter({ hasText: "Another contact in the resource directory" });
    const example = error.locator("pre").first();
    expect(await example.isVisible()).toBe(false);
    await error.locator("summary").click();
    await example.waitFor();
    expect(await finish(watched)).toEqual([]);
  });

  it("execute a request from the REST documentation", async () => {
    const watched = await open("/docs");
    const { page } = watched;
    const operation = page.locator("#operations-Contacts-addMessageContact");
    await operation.locator(".opblock-summary-control").click();
    await operation.getByRole("button", { name: "Execute" }).click();
    const live = operation.locator(".live-responses-table");
    await live.getByText("201").first().waitFor();
    await live.getByText("/v1/message-contacts/c-").first().waitFor();
    expect(await finish(watched)).toEqual([]);
  });
});

function isOperation(
  url: string,
  body: string | null,
  operation: string,
): boolean {
  return url.endsWith("/graphql") && body?.includes(operation) === true;
}

describe("the order of the REST documentation", () => {
  it("is that of the README", async () => {
    const readme = await readFile(
      new URL("../../README.md", import.meta.url),
      "utf8",
    );
    const rows = readme.matchAll(/^\| `([A-Z]\w+)` +\| `/gm);
    const named = [...rows].map(
      ([, action = ""]) => action.charAt(0).toLowerCase() + action.slice(1),
    );
    expect(named).toHaveLength(12);
    expect(OPERATION_ORDER.filter((id) => named.includes(id))).toEqual(named);
  });
});

async function openTab(page: Page, name: string): Promise<void> {
  await page.getByRole("tab", { name, exact: true }).click();
}

async function openPlayground(): Promise<WatchedPage> {
  const watched = await open("/playground");
  await waitForExamples(watched.page);
  return watched;
}

async function typeHeaders(page: Page, text: string): Promise<void> {
  const editor = page.locator(".graphiql-editor-tool .monaco-editor:visible");
  await editor.first().click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.insertText(text);
  // Remove the brackets and quotes that the editor added automatically.
  await page.keyboard.press("Shift+End");
  await page.keyboard.press("Delete");
}
