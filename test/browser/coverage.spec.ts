import { readFile } from "node:fs/promises";
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
} from "@jest/globals";
import type { Browser, Locator, Page } from "playwright-core";
import { parseCsv } from "../../src/csv/csv-parser.js";
import {
  findChromium,
  finish,
  launch,
  openWatched,
  type WatchedPage,
} from "../support/browser.js";
import { withGaps } from "../support/coverage-seed.js";
import { ensurePageAssets } from "../support/page-assets.js";
import { startBoth, type Running } from "../support/running.js";
import { keysFor, newFolder } from "../support/signed-in.js";

const chromiumPath = findChromium();
const describeInBrowser = chromiumPath === null ? describe.skip : describe;

const { file, keys } = keysFor({
  reader: { scopes: ["contacts:read", "directory:read"] },
  contactReader: { scopes: ["contacts:read"] },
});

let running: Running;
let withSignIn: Running;
let browser: Browser;
let watched: WatchedPage;
let page: Page;
const folder = newFolder();

const row = (name: string): Locator =>
  page.locator("tr").filter({ has: page.getByText(name, { exact: true }) });

/** Names in the first column, from top to bottom. */
const names = (): Promise<string[]> =>
  page.locator("tbody .name").allTextContents();

async function open(path = "/coverage", at = running): Promise<void> {
  watched = await openWatched(browser, `${at.gateway.url}${path}`);
  ({ page } = watched);
}

describeInBrowser("the coverage page", () => {
  beforeAll(async () => {
    await ensurePageAssets();
    running = await startBoth({ seed: "sample" });
    const { control } = running.emulator;
    control.resizeDirectory({ accounts: 6, folders: 3 });
    control.seed(withGaps(control.snapshot().seed));
    withSignIn = await startBoth(
      { seed: "sample" },
      { API_KEYS_FILE: folder.write("keys.json", file) },
    );
    browser = await launch(chromiumPath ?? "");
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    await Promise.all([running.stop(), withSignIn.stop()]);
    folder.remove();
  });

  beforeEach(() => running.emulator.control.clearFaults());

  afterEach(async () => {
    const problems = await finish(watched);
    // A refused request is expected where a test provokes it.
    expect(
      problems.filter((problem) => !problem.includes("the server responded")),
    ).toEqual([]);
  });

  it("shows folders and accounts as a tree, with each gap in words", async () => {
    await open();
    await row("payments").waitFor();
    expect(await names()).toEqual([
      "Root",
      "production",
      "databases",
      "payments",
      "shop",
      "staging",
      "staging-pay",
      "staging-shop",
      "log-archive",
    ]);
    expect(await row("payments").locator(".mark").allTextContents()).toEqual([
      "nobody",
      "nobody",
      "3 bound",
    ]);
    expect(await row("staging-pay").locator(".mark").allTextContents()).toEqual(
      ["1 bound", "unverified: 1", "1 bound"],
    );
    expect(await row("Root").locator(".sum").allTextContents()).toEqual([
      "1 without",
      "2 without",
    ]);
    expect(await page.locator(".total").textContent()).toBe(
      "2Accounts with gapsof 6 accounts",
    );
  });

  it("opens and closes folders with the keyboard", async () => {
    await open();
    await row("payments").waitFor();
    await page.locator("tbody tr").first().focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowLeft");
    expect(await row("production").getAttribute("aria-expanded")).toBe("false");
    expect(await names()).not.toContain("payments");
    await page.keyboard.press("Enter");
    expect(await names()).toContain("payments");
    await page.keyboard.press("End");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    expect(await names()).toEqual(["Root"]);
    await page.keyboard.press("ArrowRight");
    expect((await names()).length).toBeGreaterThan(1);
    const focused = page.locator("tr:focus");
    expect(await focused.locator(".name").textContent()).toBe("Root");
    // One row is reachable by Tab.
    expect(await page.locator("tbody [tabindex='0']").count()).toBe(1);
  });

  it("opens and closes folders with the mouse", async () => {
    await open();
    await row("production").click();
    expect(await names()).not.toContain("payments");
    await page.getByRole("button", { name: "Open all" }).click();
    expect(await names()).toContain("orders-db");
    await page.getByRole("button", { name: "Close all" }).click();
    expect(await names()).toEqual(["Root"]);
  });

  it("finds accounts, also by id, and shows only gaps", async () => {
    await open();
    await row("payments").waitFor();
    await page.getByRole("searchbox").fill("1997968394350004");
    expect(await names()).toEqual([
      "Root",
      "production",
      "databases",
      "orders-db",
    ]);
    await page.getByRole("searchbox").fill("");
    await page.getByLabel("Only gaps").check();
    expect(await names()).toEqual([
      "Root",
      "production",
      "payments",
      "staging",
      "staging-pay",
    ]);
    await page.getByRole("searchbox").fill("no such account");
    await page.getByText("No account matches the filter.").waitFor();
  });

  it("reports only a folder or an account, which the address of the page keeps", async () => {
    await open();
    await row("payments").waitFor();
    const field = page.getByLabel("Folder or account");
    // From the last field before it, with the keyboard only.
    await page.getByLabel("Contacts per type").focus();
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.name")).toBe("under");
    await page.keyboard.type("/staging");
    await page.keyboard.press("Enter");
    await row("payments").waitFor({ state: "detached" });
    expect(await names()).toEqual([
      "Root",
      "staging",
      "staging-pay",
      "staging-shop",
    ]);
    expect(await page.locator(".total").textContent()).toBe(
      "1Accounts with gapsof 2 accounts",
    );
    const id = new URL(page.url()).searchParams.get("under") ?? "";
    expect(id).toMatch(/^fd-/);
    expect(await page.locator("a[hreflang]").getAttribute("href")).toMatch(
      new RegExp(`\\?lang=zh&under=${id}$`),
    );
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Download CSV" }).click(),
    ]);
    const records = await parseCsv(await readFile(await download.path()));
    expect(new Set(records.slice(1).map(({ cells }) => cells[1]))).toEqual(
      new Set(["staging-pay", "staging-shop"]),
    );
    await page.reload();
    await row("staging-pay").waitFor();
    expect(await field.inputValue()).toBe(id);
    expect(await names()).not.toContain("payments");
    await field.fill("");
    await field.press("Enter");
    await row("payments").waitFor();
    expect(page.url()).not.toContain("under");
  });

  it.each(["staging", "/staging"])(
    "accepts a name or a path in its address: %s",
    async (text) => {
      await open(`/coverage?under=${encodeURIComponent(text)}`);
      await row("staging-pay").waitFor();
      expect(await names()).not.toContain("payments");
      expect(page.url()).toContain("under=fd-");
    },
  );

  it("does not show the whole directory silently for an unknown name in its address", async () => {
    await open("/coverage?under=nowhere");
    await row("payments").waitFor();
    const field = page.getByLabel("Folder or account");
    expect(await field.inputValue()).toBe("nowhere");
    expect(
      await page.evaluate(
        "document.querySelector('[name=under]').validationMessage",
      ),
    ).toMatch(/^Enter the path, the name or the ID/);
  });

  it("suggests paths, and explains a text that names no folder or account", async () => {
    await open();
    await row("payments").waitFor();
    const suggested = await page.evaluate(
      "[...document.querySelectorAll('#targets option')].map(({ value }) => value)",
    );
    expect(suggested).toEqual(
      expect.arrayContaining(["/", "/production", "/production/payments"]),
    );
    const field = page.getByLabel("Folder or account");
    await field.fill("no such folder");
    await field.press("Enter");
    expect(
      await page.evaluate(
        "document.querySelector('[name=under]').validationMessage",
      ),
    ).toMatch(/^Enter the path, the name or the ID/);
    // The report of the last valid question stays.
    expect(await names()).toContain("payments");
    await field.fill("fd-unknown");
    await field.press("Enter");
    const alert = page.getByRole("alert");
    await alert.waitFor();
    expect(await alert.getByRole("link").getAttribute("href")).toBe(
      "errors/BINDING_TARGET_NOT_FOUND",
    );
  });

  it("reads again for other message types and another minimum", async () => {
    await open();
    await row("payments").waitFor();
    await page.getByLabel("Product news").check();
    await page.getByRole("columnheader", { name: "Product news" }).waitFor();
    await page.getByLabel("Contacts per type").fill("2");
    await page.getByLabel("Contacts per type").blur();
    await page.getByText("1 of 2").first().waitFor();
    for (const type of ["Security", "Faults", "Expenses", "Product news"]) {
      await page.getByRole("checkbox", { name: type }).uncheck();
    }
    await page.getByText("Choose at least one message type.").waitFor();
    expect(await page.getByRole("treegrid").count()).toBe(0);
  });

  it("downloads the report as CSV", async () => {
    await open();
    await row("payments").waitFor();
    await page.getByLabel("Only gaps").check();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Download CSV" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("coverage.csv");
    const records = await parseCsv(await readFile(await download.path()));
    expect(
      records.slice(1).map(({ cells }) => [cells[1], cells[3], cells[6]]),
    ).toEqual(
      expect.arrayContaining([
        ["payments", "SECURITY_MESSAGE", "NOBODY"],
        ["payments", "FAULT_MESSAGE", "NOBODY"],
        ["staging-pay", "FAULT_MESSAGE", "ONLY_UNVERIFIED"],
      ]),
    );
    expect(records).toHaveLength(4);
  });

  it("is in Chinese on request", async () => {
    await open("/coverage?lang=zh");
    await row("payments").waitFor();
    expect(await page.locator("html").getAttribute("lang")).toBe("zh-CN");
    expect(await row("payments").locator(".mark").first().textContent()).toBe(
      "无联系人",
    );
  });

  it("shows an error in place of the whole report when a read fails", async () => {
    await open();
    await row("payments").waitFor();
    running.emulator.control.addFault({
      operation: "ListAccounts",
      effect: "error",
      code: "NoPermission",
      times: null,
    });
    await page.getByRole("button", { name: "Read again" }).click();
    const alert = page.getByRole("alert");
    await alert.waitFor();
    expect(await alert.textContent()).toContain(
      "This does not mean that there are no gaps.",
    );
    expect(await alert.getByRole("link").getAttribute("href")).toBe(
      "errors/UPSTREAM_DENIED",
    );
    expect(await page.getByRole("treegrid").count()).toBe(0);
    expect(await page.locator("#summary").textContent()).toBe("");
  });

  it("shows that the directory has no gaps only after a complete report", async () => {
    await open("/coverage", withSignIn);
    await page.getByLabel("API key or access token").fill(keys.reader);
    await page.keyboard.press("Enter");
    await page.getByText(/^Every account has enough/).waitFor();
    expect(await page.getByRole("button", { name: "Signed in" }).count()).toBe(
      1,
    );
    expect(
      await page.evaluate("localStorage.length + sessionStorage.length"),
    ).toBe(0);
  });

  it("asks for a credential, and names the missing scope", async () => {
    await open("/coverage", withSignIn);
    await page.getByRole("alert").waitFor();
    await page.getByLabel("API key or access token").fill(keys.contactReader);
    await page.keyboard.press("Enter");
    await page.getByText("directory:read").waitFor();
    expect(await page.getByRole("treegrid").count()).toBe(0);
  });
});
