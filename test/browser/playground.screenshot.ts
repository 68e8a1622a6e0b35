import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "@jest/globals";
import { findChromium, launch, openWatched } from "../support/browser.js";
import { ensurePageAssets } from "../support/page-assets.js";
import {
  answerOf,
  runExample,
  waitForExamples,
} from "../support/playground.js";
import { startBoth } from "../support/running.js";

const FILE = fileURLToPath(
  new URL("../../docs/images/playground.png", import.meta.url),
);
const MAX_BYTES = 200_000;

// Not a test: `npm run docs:screenshot` runs it to write the image of the README.
it("takes the screenshot of the playground", async () => {
  const chromium = findChromium();
  if (chromium === null) throw new Error("Chromium is needed");
  await ensurePageAssets();
  const running = await startBoth({ seed: "sample" });
  const browser = await launch(chromium);
  try {
    const { page } = await openWatched(
      browser,
      `${running.gateway.url}/playground`,
    );
    await page.setViewportSize({ width: 1200, height: 720 });
    await waitForExamples(page);
    await runExample(page, "Contact");
    await answerOf(page).filter({ hasText: "tom@example.com" }).waitFor();
    // Avoid hover effects; the screenshot options hide the text cursor.
    await page.mouse.move(0, 0);
    await page.screenshot({
      path: FILE,
      animations: "disabled",
      caret: "hide",
    });
  } finally {
    await browser.close();
    await running.stop();
  }
  expect(statSync(FILE).size).toBeLessThan(MAX_BYTES);
}, 180_000);
