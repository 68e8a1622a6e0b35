import {
  afterAll,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
} from "@jest/globals";
import type { Browser, Locator, Page } from "playwright-core";
import {
  findChromium,
  finish,
  launch,
  SharedProfiles,
  type WatchedPage,
} from "../support/browser.js";
import { control } from "../support/emulator-client.js";
import { BEN, TOM } from "../support/emulator-fixture.js";
import { servePage, type ServedPage } from "../support/foreign-page.js";
import { startBoth, type Running } from "../support/running.js";

const chromiumPath = findChromium();
const describeInBrowser = chromiumPath === null ? describe.skip : describe;

let running: Running;
let browser: Browser;
let profiles: SharedProfiles;

const open = (colorScheme?: "light" | "dark"): Promise<WatchedPage> =>
  profiles.open(`${running.emulator.url}/_emulator/ui`, colorScheme);

const button = (page: Page, name: string): Locator =>
  page.getByRole("button", { name, exact: true });

const row = (page: Page, id: string, text: string): Locator =>
  page.locator(`#${id} tbody tr`).filter({ hasText: text });

describeInBrowser("the emulator page in a browser", () => {
  beforeAll(async () => {
    running = await startBoth();
    browser = await launch(chromiumPath ?? "");
    profiles = new SharedProfiles(browser);
  }, 60_000);

  beforeEach(() => running.emulator.control.reset());

  afterAll(async () => {
    await browser.close();
    await running.stop();
  });

  it.each(["light", "dark"] as const)(
    "opens without errors with a %s theme",
    async (theme) => {
      const watched = await open(theme);
      await row(watched.page, "contacts", "tom@example.com").waitFor();
      await watched.page.getByLabel("Refresh automatically").waitFor();
      expect(await finish(watched)).toEqual([]);
    },
  );

  it("is the target of the gateway's link to the emulator", async () => {
    const page = await browser.newPage();
    await page.goto(running.gateway.url);
    await page.getByRole("link", { name: "Emulator" }).click();
    await row(page, "contacts", "tom@example.com").waitFor();
    expect(page.url()).toBe(`${running.emulator.url}/_emulator/ui`);
    await page.close();
  });

  it("links back to the gateway, also when it was opened directly", async () => {
    const watched = await open();
    const { page } = watched;
    await page.getByRole("link", { name: "Gateway", exact: true }).click();
    await page.getByRole("link", { name: "Emulator" }).waitFor();
    expect(new URL(page.url()).origin).toBe(running.gateway.url);
    await page.goto(`${running.gateway.url}/emulator`);
    await page.getByRole("link", { name: "REST documentation" }).waitFor();
    await page.close();
  });

  it("shows changes without a reload, and keeps focus and choices", async () => {
    const watched = await open();
    const { page } = watched;
    const confirm = button(page, "Confirm ben@example.com");
    await confirm.focus();
    await page.getByLabel("Operation").selectOption("GetMessageContact");
    await confirm.focus();
    await fetch(`${running.gateway.url}/v1/message-contacts/${BEN}`);
    await row(page, "calls", "GetMessageContact").waitFor();
    running.emulator.control.expireVerification({
      contactId: BEN,
      target: "86-13900000005",
    });
    await button(page, "Expire 86-13900000005").waitFor({ state: "detached" });
    const focused = page.locator(":focus");
    expect(await focused.getAttribute("aria-label")).toBe(
      "Confirm ben@example.com",
    );
    expect(await page.getByLabel("Operation").inputValue()).toBe(
      "GetMessageContact",
    );
    // The next press of Enter must not confirm another address.
    await page.keyboard.press("Enter");
    await confirm.waitFor({ state: "detached" });
    expect(await focused.getAttribute("id")).toBe("verifications-title");
    expect(await finish(watched)).toEqual([]);
  });

  it("stops updating when 'Refresh automatically' is turned off", async () => {
    const watched = await open();
    const { page } = watched;
    expect(await page.getByLabel("Refresh automatically").isChecked()).toBe(
      true,
    );
    await page.getByLabel("Refresh automatically").uncheck();
    // A form still shows its result.
    await button(page, "+1 day").click();
    await page.getByText("86400 s ahead of the system time").waitFor();
    expect(await page.getByLabel("Refresh automatically").isChecked()).toBe(
      false,
    );
    expect(await finish(watched)).toEqual([]);
  });

  it("confirms one verification and lets another expire", async () => {
    const watched = await open();
    const { page } = watched;
    await button(page, "Confirm ben@example.com").click();
    await button(page, "Confirm ben@example.com").waitFor({
      state: "detached",
    });
    await button(page, "Expire 86-13900000005").click();
    await button(page, "Expire 86-13900000005").waitFor({
      state: "detached",
    });
    const ben = running.emulator.control
      .snapshot()
      .seed.contacts.find(({ contactId }) => contactId === BEN);
    expect(ben).toMatchObject({
      pendingTargets: [],
      verifiedTargets: ["ben@example.com"],
    });
    expect(await finish(watched)).toEqual([]);
  });

  it("shows the calls of the gateway and the sent messages", async () => {
    const watched = await open();
    const { page } = watched;
    const root = `${running.gateway.url}/v1/message-contacts/${BEN}`;
    await fetch(`${root}/verifications/email`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ emailAddress: "ben@example.com" }),
    });
    await page.getByRole("link", { name: "Refresh" }).click();
    const call = row(page, "calls", "SendEmailVerificationForMessageContact");
    await call.getByText("ok", { exact: true }).waitFor();
    await call.locator("summary").click();
    await call.getByText("EmailAddress=ben@example.com").waitFor();
    await row(page, "outbox", "Your code is").waitFor();
    await button(page, "Clear the outbox").click();
    await page.getByText("No messages have been sent.").waitFor();
    // What a person has opened stays open.
    await call.getByText("EmailAddress=ben@example.com").waitFor();
    await button(page, "Clear the calls").click();
    await page.getByText("No calls have been received.").waitFor();
    expect(await finish(watched)).toEqual([]);
  });

  it("advances the clock", async () => {
    const watched = await open();
    await button(watched.page, "+1 day").click();
    await watched.page.getByText("86400 s ahead of the system time").waitFor();
    expect(running.emulator.control.clock().offsetMs).toBe(86_400_000);
    expect(await finish(watched)).toEqual([]);
  });

  it("adds a fault that applies to calls, and removes it", async () => {
    const watched = await open();
    const { page } = watched;
    await page.getByLabel("Fault", { exact: true }).selectOption("denied");
    await page.getByLabel("Operation").selectOption("GetMessageContact");
    await button(page, "Add fault").click();
    await row(page, "faults", "NoPermission").waitFor();
    const read = () =>
      fetch(`${running.gateway.url}/v1/message-contacts/${TOM}`);
    expect((await read()).status).toBe(502);
    await page.getByRole("link", { name: "Refresh" }).click();
    await row(page, "faults", "1 (unlimited)").waitFor();
    await row(page, "calls", "NoPermission").waitFor();
    await button(page, "Remove fault 1").click();
    await page.getByText("No faults are scripted.").waitFor();
    expect((await read()).status).toBe(200);
    expect(await finish(watched)).toEqual([]);
  });

  it("deletes all contacts, and restores them with a reset", async () => {
    const watched = await open();
    const { page } = watched;
    await button(page, "Delete all contacts").click();
    await page.getByText("The directory has no contacts.").waitFor();
    await button(page, "Reset everything").click();
    await row(page, "contacts", "tom@example.com").waitFor();
    expect(await finish(watched)).toEqual([]);
  });

  it("works without scripts", async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    context.setDefaultTimeout(15_000);
    const page = await context.newPage();
    await page.goto(`${running.emulator.url}/_emulator/ui`);
    expect(await page.getByLabel("Refresh automatically").isVisible()).toBe(
      false,
    );
    await button(page, "Confirm ben@example.com").click();
    await button(page, "Confirm ben@example.com").waitFor({
      state: "detached",
    });
    expect(page.url()).toBe(`${running.emulator.url}/_emulator/ui`);
    await context.close();
  });

  it("escapes names that contain HTML", async () => {
    const { seed } = running.emulator.control.snapshot();
    const [contact] = seed.contacts;
    if (contact === undefined) throw new Error("the seed has no contacts");
    const name = `<img src=x onerror="document.title='taken'">`;
    const code = "'\"><script>document.title='taken'</script>";
    running.emulator.control.seed({
      ...seed,
      contacts: [{ ...contact, name, title: code, pendingTargets: [code] }],
    });
    const watched = await open();
    await row(watched.page, "contacts", name).waitFor();
    expect(await watched.page.locator("img").count()).toBe(0);
    expect(await watched.page.title()).toBe("Emulator · Message contacts");
    expect(await finish(watched)).toEqual([]);
  });

  describe("is protected from another site, which", () => {
    let foreign: ServedPage;
    let page: Page;

    beforeAll(async () => {
      const root = `${running.emulator.url}/_emulator`;
      foreign = await servePage(`<!doctype html><title>elsewhere</title>
<form method="post" action="${root}/ui/reset"><button>Press</button></form>
<a href="${root}/ui">Look</a>
<iframe src="${root}/ui"></iframe>`);
    });

    beforeEach(async () => {
      page = await browser.newPage();
      await page.goto(foreign.url);
    });

    afterAll(() => foreign.stop());

    it.each([
      ["ui/reset", "application/x-www-form-urlencoded"],
      ["reset", "text/plain"],
    ])("cannot post to %s", async (path, type) => {
      running.emulator.control.advanceClock(1_000);
      // A "simple" request: browsers send it without a CORS preflight.
      const seen = await page.evaluate(
        ([url = "", contentType = ""]) =>
          fetch(url, {
            method: "POST",
            mode: "no-cors",
            headers: { "content-type": contentType },
          }).then(
            () => "answered",
            () => "refused",
          ),
        [`${running.emulator.url}/_emulator/${path}`, type],
      );
      expect(seen).toBe("refused");
      expect(running.emulator.control.clock().offsetMs).toBe(1_000);
      await page.close();
    });

    it("cannot submit a form", async () => {
      running.emulator.control.advanceClock(1_000);
      const answered = page.waitForResponse((answer) =>
        answer.url().endsWith("/ui/reset"),
      );
      await button(page, "Press").click();
      expect((await answered).status()).toBe(403);
      expect(running.emulator.control.clock().offsetMs).toBe(1_000);
      await page.close();
    });

    it("cannot read data or show the page in a frame", async () => {
      const failed = await page.evaluate(
        async (url) =>
          fetch(url).then(
            () => "read",
            () => "refused",
          ),
        `${running.emulator.url}/_emulator/snapshot`,
      );
      expect(failed).toBe("refused");
      const framed = page.waitForResponse((answer) =>
        answer.url().endsWith("/_emulator/ui"),
      );
      await page.reload();
      expect((await framed).status()).toBe(403);
      await page.close();
    });

    it("may link to the page", async () => {
      await page.getByRole("link", { name: "Look" }).click();
      await row(page, "contacts", "tom@example.com").waitFor();
      await page.close();
    });
  });

  it("returns 403 for a foreign host name that resolves to loopback (DNS rebinding)", async () => {
    const rebound = await launch(chromiumPath ?? "", [
      "--host-resolver-rules=MAP evil.example 127.0.0.1",
    ]);
    try {
      const page = await rebound.newPage();
      const { port } = running.emulator;
      const answer = await page.goto(
        `http://evil.example:${port}/_emulator/snapshot`,
      );
      expect(answer?.status()).toBe(403);
    } finally {
      await rebound.close();
    }
  });

  it("accepts requests without browser headers", async () => {
    const { status } = await control(running.emulator.url, "POST", "/reset");
    expect(status).toBe(200);
    const answer = await fetch(`${running.emulator.url}/_emulator/clock`);
    expect(answer.status).toBe(200);
  });
});
