import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Browser, Locator, Page } from "playwright-core";
import {
  findChromium,
  finish,
  launch,
  openWatched,
} from "../support/browser.js";
import { contacts } from "../support/contacts-plan/contacts-command.js";
import { blocksOf } from "../support/docs.js";
import { ensurePageAssets } from "../support/page-assets.js";
import { startBoth, type Running } from "../support/running.js";

const chromiumPath = findChromium();
const describeInBrowser = chromiumPath === null ? describe.skip : describe;

let running: Running;
let browser: Browser;
let folder: string;

/** Cells of accounts with a gap, and names of the accounts without one. */
interface Seen {
  readonly gaps: number;
  readonly covered: readonly string[];
}

/** Reads the report again, and resolves with what the page then shows. */
async function readAgain(page: Page): Promise<Seen> {
  const isReport = (response: { url(): string }): boolean =>
    response.url().includes("/v1/coverage?");
  await Promise.all([
    page.waitForResponse(isReport),
    page.getByRole("button", { name: "Read again" }).click(),
  ]);
  await page.locator("body:not([aria-busy])").waitFor();
  await page.getByRole("button", { name: "Open all" }).click();
  const covered = page
    .locator("tr.account")
    .filter({ hasNot: page.locator(".gap") });
  return {
    gaps: await page.locator("tr.account .gap").count(),
    covered: await covered.locator(".name").allTextContents(),
  };
}

describeInBrowser("docs/contacts-as-code.md, on the coverage page", () => {
  beforeAll(async () => {
    await ensurePageAssets();
    running = await startBoth();
    browser = await launch(chromiumPath ?? "");
    folder = await mkdtemp(join(tmpdir(), "contacts-"));
    process.env["GATEWAY_URL"] = running.gateway.url;
  }, 120_000);

  afterAll(async () => {
    delete process.env["GATEWAY_URL"];
    await browser.close();
    await running.stop();
    await rm(folder, { recursive: true });
  });

  it("turns green account by account after the import, and a change elsewhere is drift", async () => {
    const { control } = running.emulator;
    const file = join(folder, "people.csv");
    const [table] = blocksOf("docs/contacts-as-code.md").filter(
      ({ language }) => language === "csv",
    );
    await writeFile(file, table?.text ?? "");
    const emulated = await openWatched(
      browser,
      `${running.emulator.url}/_emulator/ui`,
    );
    const button = (name: string): Locator =>
      emulated.page.getByRole("button", { name, exact: true });
    await button("Delete all contacts").click();
    await emulated.page.getByText("The directory has no contacts.").waitFor();
    const watched = await openWatched(
      browser,
      `${running.gateway.url}/coverage`,
    );
    const { page } = watched;
    await page.getByRole("treegrid").waitFor();
    const accounts = 200;
    expect(await readAgain(page)).toEqual({ gaps: 3 * accounts, covered: [] });

    expect(await contacts("import", file)).toMatchObject({ code: 0, err: "" });
    expect(await readAgain(page)).toEqual({ gaps: 3 * accounts, covered: [] });
    expect(await page.getByText("unverified: 1").count()).toBeGreaterThan(0);

    const people = control.snapshot().seed.contacts;
    expect(people).toHaveLength(12);
    const confirm = async (name: string): Promise<Seen> => {
      const one = button(`Confirm ${name}@example.com`);
      await one.click();
      await one.waitFor({ state: "detached" });
      return readAgain(page);
    };
    // These two are bound to the folder `production`, and cover all three types.
    const byDora = await confirm("dora");
    expect(byDora.covered).toEqual([]);
    const production = await confirm("lars");
    expect(production.covered).toContain("shop");
    expect(production.covered).not.toContain("staging-shop");
    let last = production;
    const others = people.map(({ name }) => name);
    for (const name of others.filter(
      (one) => !["dora", "lars"].includes(one),
    )) {
      const next = await confirm(name);
      expect(next.gaps).toBeLessThanOrEqual(last.gaps);
      expect(next.covered).toEqual(expect.arrayContaining([...last.covered]));
      last = next;
    }
    expect(last.gaps).toBe(0);
    expect(last.covered).toHaveLength(accounts);
    await page.getByText(/^Every account has enough/).waitFor();
    expect(await finish(watched)).toEqual([]);
    expect(await finish(emulated)).toEqual([]);

    expect((await contacts("coverage", "--fail-on-gaps")).code).toBe(0);
    expect((await contacts("plan", file)).code).toBe(0);
    const anna = people.find(({ name }) => name === "anna")?.contactId ?? "";
    const changed = await fetch(
      `${running.gateway.url}/v1/message-contacts/${anna}`,
      {
        method: "PATCH",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ title: "CEO" }),
      },
    );
    expect(changed.status).toBe(200);
    const drift = await contacts("plan", file);
    expect([drift.code, drift.out]).toEqual([
      2,
      expect.stringContaining("TITLE="),
    ]);
    expect((await contacts("apply", file)).code).toBe(0);
    expect((await contacts("plan", file)).code).toBe(0);
  }, 120_000);
});
