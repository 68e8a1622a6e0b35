import type { SeedItem } from "./seed-file.js";

/** Result of adding one item. */
export interface SeedOutcome {
  readonly kind: "added" | "skipped" | "failed";
  /** The id of the new contact, or the reason why it was not added. */
  readonly detail: string;
}

/** Destination of a seed: an emulator, or a directory through the gateway's own service. */
export interface SeedTarget {
  /** Describes the target in a question to the user. */
  readonly description: string;
  /** Text that the user types to confirm; null if no confirmation is needed. */
  readonly confirmation: string | null;
  /** Names of existing contacts, which are not changed. */
  existingNames(): Promise<ReadonlySet<string>>;
  add(item: SeedItem): Promise<SeedOutcome>;
  /** Releases resources. An emulator receives the added contacts here. */
  close(): Promise<void>;
}
