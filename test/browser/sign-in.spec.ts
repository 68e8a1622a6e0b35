import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
} from "@jest/globals";
import type { Browser, Page } from "playwright-core";
import {
  findChromium,
  finish,
  launch,
  SharedProfiles,
  type WatchedPage,
} from "../support/browser.js";
import { ensurePageAssets } from "../support/page-assets.js";
import { answerOf, runExample, waitForTabs } from "../support/playground.js";
import { startBoth, type Running } from "../support/running.js";
import { keysFor, newFolder, type Folder } from "../support/signed-in.js";

const chromiumPath = findChromium();
const describeInBrowser = chromiumPath === null ? describe.skip : describe;

let running: Running;
let browser: Browser;
let profiles: SharedProfiles;
let folder: Folder;
let key: string;
let watched: WatchedPage;
let page: Page;

describeInBrowser("the sign-in of the playground", () => {
  beforeAll(async () => {
    await ensurePageAssets();
    folder = newFolder();
    const { file, keys } = keysFor({ reader: { scopes: ["contacts:read"] } });
    key = keys.reader;
    running = await startBoth(
      { seed: "sample" },
      { API_KEYS_FILE: folder.write("keys.json", file) },
    );
    browser = await launch(chromiumPath ?? "");
    profiles = new SharedProfiles(browser);
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    await running.stop();
    folder.remove();
  });

  beforeEach(async () => {
    watched = await profiles.open(`${running.gateway.url}/playground`);
    page = watched.page;
    await waitForTabs(page);
  });

  afterEach(async () => {
    const problems = await finish(watched);
    // Responses with status 401 are console errors, and a reload cancels requests.
    const expected =
      /status of 401|failed request .*(?:\/graphql|\.worker\.js)$/;
    expect(problems.filter((problem) => !expected.test(problem))).toEqual([]);
  });

  it("opens when the gateway requires a credential, and loads the schema after it", async () => {
    await page.getByText("This gateway requires a credential.").waitFor();
    await page
      .getByRole("button", { name: "Show Documentation Explorer" })
      .click();
    await page.getByText("Error fetching schema").waitFor();
    await signIn(key);
    await page.getByRole("link", { name: "Query", exact: true }).waitFor();
    await runExample(page, "Contact");
    await answerOf(page).filter({ hasText: "TECHNICAL_DIRECTOR" }).waitFor();
  });

  it("says that a credential is not accepted, and keeps the box open", async () => {
    await submit("mcg_wrong");
    await page.getByText("The gateway does not accept this").waitFor();
    expect(await stored()).not.toContain("mcg_wrong");
  });

  it("accepts a credential with its scheme", async () => {
    await signIn(`Bearer ${key}`);
  });

  it("stores no credential by default, also when it is in the headers of a tab", async () => {
    await signIn(key);
    await typeHeaders(JSON.stringify({ "X-API-Key": key }));
    await runExample(page, "Contact");
    await answerOf(page).filter({ hasText: "TECHNICAL_DIRECTOR" }).waitFor();
    await waitForStored("graphiql:queries", "Contact");
    await page.getByRole("tab", { name: "Verifications", exact: true }).click();
    await waitForStored("graphiql:tabState", '"activeTabIndex":2');
    expect(await stored()).not.toContain(key);
    await page.reload();
    await page.getByText("This gateway requires a credential.").waitFor();
  });

  it("keeps a credential only until 'Persist headers' is turned off", async () => {
    await persistHeaders("On");
    await signIn(key);
    await typeHeaders(JSON.stringify({ "X-API-Key": key }));
    await runExample(page, "Contact");
    await waitForStored("graphiql:tabState", key);
    await waitForStored("graphiql:queries", key);
    await page.reload();
    await page.getByRole("button", { name: "Signed in" }).waitFor();
    expect(await stored()).toContain(key);
    await persistHeaders("Off");
    expect(await stored()).not.toContain(key);
    // The next delayed write does not store it again.
    await page.getByRole("tab", { name: "Verifications", exact: true }).click();
    await waitForStored("graphiql:tabState", '"activeTabIndex":2');
    expect(await stored()).not.toContain(key);
  });

  it("removes every credential with 'Clear data'", async () => {
    await persistHeaders("On");
    await signIn(key);
    await typeHeaders(JSON.stringify({ "X-API-Key": key }));
    await runExample(page, "Contact");
    await waitForStored("graphiql:queries", key);
    await page.getByRole("button", { name: "Open settings dialog" }).click();
    await page.getByRole("button", { name: "Clear data" }).click();
    await page.getByRole("button", { name: "Cleared data" }).waitFor();
    expect(await stored()).not.toContain(key);
    await page.keyboard.press("Escape");
    await page.getByRole("tab", { name: "Verifications", exact: true }).click();
    await waitForStored("graphiql:tabState", '"activeTabIndex":2');
    expect(await stored()).not.toContain(key);
    await page.getByRole("button", { name: "Sign in" }).first().waitFor();
  });

  it("forgets the credential everywhere", async () => {
    await persistHeaders("On");
    await signIn(key);
    await typeHeaders(JSON.stringify({ "X-API-Key": key }));
    await runExample(page, "Contact");
    await waitForStored("graphiql:queries", key);
    await page.getByRole("button", { name: "Signed in" }).click();
    await page.getByRole("button", { name: "Forget" }).click();
    await page.getByRole("button", { name: "Sign in" }).first().waitFor();
    expect(await stored()).not.toContain(key);
    await page.keyboard.press("Escape");
    await runExample(page, "Contact");
    await answerOf(page).filter({ hasText: "UNAUTHENTICATED" }).waitFor();
    expect(await page.content()).not.toContain(key);
  });
});

/** In the browser, where the page functions of this file run. */
declare const localStorage: { getItem(key: string): string | null };

/** Everything that the page has stored. */
function stored(): Promise<string> {
  return page.evaluate(
    "JSON.stringify(localStorage) + JSON.stringify(sessionStorage)",
  );
}

async function waitForStored(name: string, text: string): Promise<void> {
  await page.waitForFunction(
    ([key = "", part = ""]) => localStorage.getItem(key)?.includes(part),
    [name, text],
  );
}

/** Enters a credential into the sign-in box, which is open when there is none. */
async function submit(credential: string): Promise<void> {
  const box = page.getByLabel("API key or access token");
  await box.waitFor();
  await box.fill(credential);
  await box.press("Enter");
}

async function signIn(credential: string): Promise<void> {
  await submit(credential);
  await page.getByRole("button", { name: "Signed in" }).waitFor();
}

async function persistHeaders(value: "On" | "Off"): Promise<void> {
  await page.getByRole("button", { name: "Open settings dialog" }).click();
  await page.getByRole("button", { name: value, exact: true }).click();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
}

async function typeHeaders(text: string): Promise<void> {
  const editor = page.locator(".graphiql-editor-tool .monaco-editor:visible");
  await editor.first().click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.insertText(text);
  // Remove the brackets and quotes that the editor added automatically.
  await page.keyboard.press("Shift+End");
  await page.keyboard.press("Delete");
}
