import type { Terminal } from "../cli/terminal.js";
import { Progress } from "./progress.js";
import type { SeedItem } from "./seed-file.js";
import type { SeedOutcome, SeedTarget } from "./seed-target.js";

/** Asks the user a question and returns the typed text. */
export type Prompt = (question: string) => Promise<string>;

/**
 * Adds the contacts of a file that do not exist yet. Existing names are skipped, so a
 * second run changes nothing.
 *
 * @param prompt null to add contacts without confirmation
 * @returns whether all contacts exist now
 */
export async function seed(
  items: readonly SeedItem[],
  target: SeedTarget,
  terminal: Terminal,
  prompt: Prompt | null,
): Promise<boolean> {
  const existing = await target.existingNames();
  const missing = items.filter(({ contact }) => !existing.has(contact.name));
  if (missing.length > 0 && target.confirmation !== null && prompt !== null) {
    const typed = await prompt(
      `Add ${missing.length} contacts to ${target.description}. No messages are sent to them.\nType ${target.confirmation} to continue: `,
    );
    if (typed.trim() !== target.confirmation) {
      terminal.write("Nothing was added.\n");
      return false;
    }
  }
  const progress = new Progress(items.length, terminal);
  const counts = { added: 0, skipped: 0, failed: 0 };
  for (const item of items) {
    const { name } = item.contact;
    const outcome: SeedOutcome = existing.has(name)
      ? { kind: "skipped", detail: "a contact with this name exists" }
      : await target.add(item);
    counts[outcome.kind] += 1;
    progress.step(`  ${outcome.kind.padEnd(7)}  ${name}  ${outcome.detail}`);
  }
  progress.end();
  terminal.write(
    `\n${counts.added} added, ${counts.skipped} skipped, ${counts.failed} failed.\n`,
  );
  return counts.failed === 0;
}
