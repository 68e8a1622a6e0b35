import { existsSync } from "node:fs";
import {
  chromium,
  type Browser,
  type BrowserContext,
  type Page,
} from "playwright-core";
import { reportMissing } from "./installed.js";

const USUAL_PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

const HINT =
  "No Chromium was found: install it (apt-get install -y chromium) or name it in CHROMIUM_PATH.";

/**
 * Path of Chromium. Null if it is not installed; then a line explains how to
 * install it.
 *
 * @throws {Error} in CI, where the browser tests must not be skipped
 */
export function findChromium(): string | null {
  const named = process.env["CHROMIUM_PATH"];
  const found = [...(named === undefined ? [] : [named]), ...USUAL_PLACES].find(
    (path) => existsSync(path),
  );
  if (found !== undefined) return found;
  reportMissing(HINT);
  return null;
}

export function launch(
  executablePath: string,
  options: readonly string[] = [],
): Promise<Browser> {
  // The sandbox does not work for root, the user of most containers.
  const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath, args: [...sandbox, ...options] });
}

/** A page and its problems. */
export interface WatchedPage {
  readonly page: Page;
  /** Requests to other origins, page errors, console errors, violations of the content security policy. */
  readonly problems: readonly string[];
}

type Theme = "light" | "dark";

/** Opens a page in a fresh profile and collects its problems. */
export async function openWatched(
  browser: Browser,
  url: string,
  colorScheme: Theme = "light",
): Promise<WatchedPage> {
  return openIn(await newProfile(browser, colorScheme), url);
}

/**
 * Profiles that several cases share, one per theme, so that scripts are loaded only once.
 * Each case begins without stored data.
 */
export class SharedProfiles {
  private readonly profiles = new Map<Theme, BrowserContext>();

  constructor(private readonly browser: Browser) {}

  async open(url: string, theme: Theme = "light"): Promise<WatchedPage> {
    const profile =
      this.profiles.get(theme) ?? (await newProfile(this.browser, theme));
    this.profiles.set(theme, profile);
    return openIn(profile, url);
  }
}

/** Deletes the stored data, closes a page and returns its problems. */
export async function finish({
  page,
  problems,
}: WatchedPage): Promise<string[]> {
  const found = [...problems];
  // Leave the page first: its delayed writes would store data again.
  await page.goto(new URL("/favicon.svg", page.url()).href);
  await page.evaluate("localStorage.clear(); sessionStorage.clear()");
  await page.close();
  return found;
}

async function newProfile(
  browser: Browser,
  colorScheme: Theme,
): Promise<BrowserContext> {
  const context = await browser.newContext({
    colorScheme,
    viewport: { width: 1360, height: 850 },
  });
  // Less than the test's time limit, so that a failure names the awaited element.
  context.setDefaultTimeout(15_000);
  return context;
}

async function openIn(
  context: BrowserContext,
  url: string,
): Promise<WatchedPage> {
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
    // A page that is reloaded or closed aborts what it is still loading.
    if (request.failure()?.errorText === "net::ERR_ABORTED") return;
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
