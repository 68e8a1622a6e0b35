import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { AxeResults } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { findChromium, launch } from "../support/browser.js";
import { ensurePageAssets } from "../support/page-assets.js";
import { waitForTabs } from "../support/playground.js";
import { startBoth, type Running } from "../support/running.js";
import { keysFor, newFolder, type Folder } from "../support/signed-in.js";

const chromiumPath = findChromium();
const describeInBrowser = chromiumPath === null ? describe.skip : describe;

const DESKTOP = { width: 1280, height: 850 };
const PHONE = { width: 390, height: 844 };

let running: Running;
let withSignIn: Running;
let folder: Folder;
let key: string;
let browser: Browser;
let page: Page;
let axe: string;

const show = (page: Page, text: string): Promise<void> =>
  page.getByText(text).first().waitFor();

const signIn = async (page: Page): Promise<void> => {
  const box = page.getByLabel("API key or access token");
  await box.fill(key);
  await box.press("Enter");
  await page.getByRole("button", { name: "Signed in" }).waitFor();
};

/** Opens each page, in the state to check. */
const PAGES: Readonly<
  Record<string, readonly [() => string, (page: Page) => Promise<void>]>
> = {
  "the landing page": [() => "/", (page) => show(page, "Message contacts")],
  "the landing page in Chinese": [
    () => "/?lang=zh",
    (page) => show(page, "资源目录的消息联系人"),
  ],
  "the list of errors": [() => "/errors", (page) => show(page, "NAME_TAKEN")],
  "the page of an error with a payload": [
    () => "/errors/INVALID_INPUT",
    (page) => show(page, "INVALID_INPUT"),
  ],
  "the page of an error without a payload": [
    () => "/errors/OUTCOME_UNKNOWN?lang=zh",
    (page) => show(page, "OUTCOME_UNKNOWN"),
  ],
  "the page of an error with many vendor codes": [
    () => "/errors/UPSTREAM_DENIED",
    (page) => show(page, "UPSTREAM_DENIED"),
  ],
  "the coverage page, signed in, with gaps": [
    () => `${withSignIn.gateway.url}/coverage`,
    async (page) => {
      await signIn(page);
      await page.getByLabel("Contacts per type").fill("9");
      await page.getByLabel("Contacts per type").blur();
      await show(page, "1 of 9");
    },
  ],
  "the coverage page in Chinese, signed out": [
    () => `${withSignIn.gateway.url}/coverage?lang=zh`,
    (page) => show(page, "无法生成报告"),
  ],
  "the playground": [() => "/playground", waitForTabs],
  "the playground with the list of examples": [
    () => "/playground",
    async (page) => {
      await waitForTabs(page);
      await page.getByRole("button", { name: "Show Examples" }).click();
      await page.getByRole("heading", { name: "Examples" }).waitFor();
    },
  ],
  "the playground, signed out": [
    () => `${withSignIn.gateway.url}/playground`,
    (page) => show(page, "This gateway requires a credential."),
  ],
  "the playground, signed in, with the schema": [
    () => `${withSignIn.gateway.url}/playground`,
    async (page) => {
      await signIn(page);
      await page
        .getByRole("button", { name: "Show Documentation Explorer" })
        .click();
      await page.getByRole("link", { name: "Query", exact: true }).waitFor();
    },
  ],
  "the REST documentation": [
    () => "/docs",
    (page) => show(page, "Add a contact"),
  ],
  "the REST documentation with an open operation": [
    () => "/docs",
    async (page) => {
      const operation = page.locator("#operations-Contacts-addMessageContact");
      await operation.locator(".opblock-summary-control").click();
      await operation.locator("details summary").first().click();
      await operation.locator("details pre").first().waitFor();
    },
  ],
  "the emulator page": [
    () => `${running.emulator.url}/_emulator/ui`,
    (page) => show(page, "tom@example.com"),
  ],
};

describeInBrowser("axe finds no serious problem, and nothing scrolls", () => {
  beforeAll(async () => {
    await ensurePageAssets();
    folder = newFolder();
    const { file, keys } = keysFor({
      reader: { scopes: ["contacts:read", "directory:read"] },
    });
    key = keys.reader;
    running = await startBoth({ seed: "sample" });
    withSignIn = await startBoth(
      { seed: "sample" },
      { API_KEYS_FILE: folder.write("keys.json", file) },
    );
    const { resolve } = createRequire(import.meta.url);
    axe = await readFile(resolve("axe-core/axe.min.js"), "utf8");
    running.emulator.control.addFault({ effect: "html", times: null });
    await fetch(`${running.gateway.url}/v1/message-contacts`);
    browser = await launch(chromiumPath ?? "");
    const context = await browser.newContext({ reducedMotion: "reduce" });
    context.setDefaultTimeout(15_000);
    page = await context.newPage();
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    await Promise.all([running.stop(), withSignIn.stop()]);
    folder.remove();
  });

  describe.each(["light", "dark"] as const)("in the %s theme", (theme) => {
    it.each(Object.entries(PAGES))("on %s", async (_name, [url, open]) => {
      await page.emulateMedia({ colorScheme: theme });
      await page.setViewportSize(DESKTOP);
      await page.goto(new URL(url(), running.gateway.url).href);
      await open(page);
      await page.evaluate(axe);
      for (const viewport of [DESKTOP, PHONE]) {
        await page.setViewportSize(viewport);
        expect([viewport.width, await problemsOf(page)]).toEqual([
          viewport.width,
          [],
        ]);
      }
      // The playground remembers the open panel.
      await page.evaluate("localStorage.clear()");
    });
  });
});

/** Serious and critical findings, and elements that make the page scroll sideways. */
async function problemsOf(page: Page): Promise<string[]> {
  const { violations } = await page.evaluate<AxeResults>(
    'axe.run({ resultTypes: ["violations"] })',
  );
  const found = violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, any }) => {
        const reason = any[0]?.message ?? "";
        return `${id} at ${target.join(" ")}: ${reason}`;
      }),
    );
  const excess = await page.evaluate<number>(
    "document.documentElement.scrollWidth - document.documentElement.clientWidth",
  );
  return excess > 0 ? [...found, `scrolls sideways by ${excess} px`] : found;
}
