import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Browser, Page } from "playwright-core";
import {
  findChromium,
  launch,
  openWatched,
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

const open = (
  path: string,
  colorScheme?: "light" | "dark",
): Promise<WatchedPage> =>
  openWatched(browser, `${running.gateway.url}${path}`, colorScheme);

/** Closes the page and returns the problems that it reported. */
async function finish({ page, problems }: WatchedPage): Promise<string[]> {
  await page.context().close();
  return [...problems];
}

describeInBrowser("the pages in a browser", () => {
  beforeAll(async () => {
    await ensurePageAssets();
    running = await startBoth({ seed: "sample" });
    browser = await launch(chromiumPath ?? "");
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
        `${running.gateway.url}${address ?? ""}`,
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

  it("execute a request from the REST documentation", async () => {
    const watched = await open("/docs");
    const { page } = watched;
    const operation = page.locator(
      "#operations-Message_contacts-addMessageContact",
    );
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
