import type { Locator, Page } from "playwright-core";

/** Text of the playground's result panel. */
export const answerOf = (page: Page): Locator =>
  page.locator(".result-window .view-lines");

/** The button that runs an operation. */
export const runButton = (page: Page): Locator =>
  page.locator(".graphiql-execute-button");

/** Resolves when the editor is ready. Also without a schema. */
export async function waitForTabs(page: Page): Promise<void> {
  await runButton(page).waitFor();
  await page.locator(".graphiql-query-editor .view-lines").waitFor();
}

/** Resolves when the button offers a choice of operations, once the document has been parsed. */
export async function waitForExamples(page: Page): Promise<void> {
  await runButton(page).and(page.locator("[aria-haspopup=menu]")).waitFor();
}

/** Runs an operation of the current tab, by name. */
export async function runExample(page: Page, name: string): Promise<void> {
  const item = page.getByRole("menuitem", { name, exact: true });
  // Just after a tab was opened, the menu may still be that of the previous tab.
  for (let tries = 0; tries < 10; tries += 1) {
    await runButton(page).click();
    await page.getByRole("menuitem").first().waitFor();
    if ((await item.count()) > 0) break;
    await page.keyboard.press("Escape");
    await page.getByRole("menu").waitFor({ state: "detached" });
  }
  await item.click();
}
