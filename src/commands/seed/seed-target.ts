import type { SeedItem } from "./seed-file.js";

/** What became of one item. */
export interface SeedOutcome {
  readonly kind: "added" | "skipped" | "failed";
  /** The new contact's id, or why there is none. */
  readonly detail: string;
}

/** What can be filled: an emulator, or a directory through the gateway's own service. */
export interface SeedTarget {
  /** Where contacts go, in words. */
  readonly place: string;
  /** What a person types to confirm; null where nothing can be harmed. */
  readonly word: string | null;
  /** Names that are taken: whatever bears one is left as it is. */
  names(): Promise<ReadonlySet<string>>;
  add(item: SeedItem): Promise<SeedOutcome>;
  /** Ends what was opened; an emulator takes its contacts only now. */
  close(): Promise<void>;
}
