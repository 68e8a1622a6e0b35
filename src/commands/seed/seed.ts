import { Progress, type Terminal } from "./progress.js";
import type { SeedItem } from "./seed-file.js";
import type { SeedOutcome, SeedTarget } from "./seed-target.js";

/** Where a person confirms: gives back what was typed. */
export type Ask = (question: string) => Promise<string>;

/**
 * Adds the contacts of a file that are not there yet; a name that is taken is
 * left as it is, so that a second run does nothing.
 *
 * @param ask null where nobody can be asked, or nobody needs to be
 * @returns whether all of them are there now
 */
export async function seed(
  items: readonly SeedItem[],
  target: SeedTarget,
  terminal: Terminal,
  ask: Ask | null,
): Promise<boolean> {
  const taken = await target.names();
  const missing = items.filter(({ contact }) => !taken.has(contact.name));
  if (missing.length > 0 && target.word !== null && ask !== null) {
    const typed = await ask(
      `Add ${missing.length} contacts to ${target.place}. Their owners get verification messages.\nType ${target.word} to go on: `,
    );
    if (typed.trim() !== target.word) {
      terminal.write("Nothing was added.\n");
      return false;
    }
  }
  const progress = new Progress(items.length, terminal);
  const counts = { added: 0, skipped: 0, failed: 0 };
  for (const item of items) {
    const { name } = item.contact;
    const outcome: SeedOutcome = taken.has(name)
      ? { kind: "skipped", detail: "a contact of this name is there" }
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
