import { existsSync } from "node:fs";
import { chromium, type Browser, type Page } from "playwright-core";

const USUAL_PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

const HINT =
  "No Chromium was found: install it (apt-get install -y chromium) or name it in CHROMIUM_PATH.";

/**
 * Where Chromium is; null when this machine has none, with a line that says
 * what to do about it.
 *
 * @throws {Error} in CI, where the browser tests must not be skipped unseen
 */
export function findChromium(): string | null {
  const named = process.env["CHROMIUM_PATH"];
  const found = [...(named === undefined ? [] : [named]), ...USUAL_PLACES].find(
    (path) => existsSync(path),
  );
  if (found !== undefined) return found;
  if (process.env["CI"]) throw new Error(HINT);
  process.stderr.write(`Browser tests are skipped. ${HINT}\n`);
  return null;
}

export function launch(
  executablePath: string,
  options: readonly string[] = [],
): Promise<Browser> {
  // Root, as in most containers, may not use the sandbox.
  const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath, args: [...sandbox, ...options] });
}

/** A page and everything about it that no visitor should ever meet. */
export interface WatchedPage {
  readonly page: Page;
  /** Requests to elsewhere, page errors, console errors, policy violations. */
  readonly problems: readonly string[];
}

/** Opens a page of its own, in a fresh profile, whose problems are collected. */
export async function openWatched(
  browser: Browser,
  url: string,
  colorScheme: "light" | "dark" = "light",
): Promise<WatchedPage> {
  const context = await browser.newContext({
    colorScheme,
    viewport: { width: 1360, height: 850 },
  });
  // Well under the test's own limit, so that a failure names what was awaited.
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const problems: string[] = [];
  const { origin } = new URL(url);
  page.on("request", (request) => {
    const to = new URL(request.url());
    const isOurs = to.origin === origin || to.host === new URL(origin).host;
    if (!isOurs && to.protocol !== "data:" && to.protocol !== "blob:") {
      problems.push(`request to ${to.origin}`);
    }
  });
  page.on("requestfailed", (request) => {
    problems.push(`failed request ${request.url()}`);
  });
  page.on("pageerror", (error) => problems.push(`page error ${error.message}`));
  page.on("console", (message) => {
    // The browser reports violations of the content security policy here too.
    if (message.type() === "error") {
      problems.push(`console ${message.text()}`);
    }
  });
  await page.goto(url, { waitUntil: "load" });
  return { page, problems };
}
