import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "@jest/globals";
import { findChromium, launch, openWatched } from "../support/browser.js";
import { withGaps } from "../support/coverage-seed.js";
import { ensurePageAssets } from "../support/page-assets.js";
import { startBoth } from "../support/running.js";

const FILE = fileURLToPath(
  new URL("../../docs/images/coverage.png", import.meta.url),
);
const MAX_BYTES = 200_000;

// Not a test: `npm run docs:screenshot` runs it to write the image of the README.
it("takes the screenshot of the coverage page", async () => {
  const chromium = findChromium();
  if (chromium === null) throw new Error("Chromium is needed");
  await ensurePageAssets();
  const running = await startBoth({ seed: "sample" });
  const { control } = running.emulator;
  control.resizeDirectory({ accounts: 9, folders: 3 });
  control.seed(withGaps(control.snapshot().seed));
  const browser = await launch(chromium);
  try {
    const { page } = await openWatched(
      browser,
      `${running.gateway.url}/coverage`,
    );
    await page.setViewportSize({ width: 1200, height: 820 });
    await page.getByRole("treegrid").waitFor();
    // Needs a Chinese font, which not every machine has.
    await page.evaluate(
      "document.querySelector('header [hreflang]').setAttribute('hidden', '')",
    );
    // Avoid hover effects; the time of the reading is below the visible part.
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
