import { randomBytes } from "node:crypto";
import type { RuleSettings } from "../../validation/check-input.js";
import { toAddParams } from "../../message-contacts/message-contacts.mapper.js";
import type { SeedItem } from "./seed-file.js";
import type { SeedOutcome, SeedTarget } from "./seed-target.js";

/** The part of a snapshot that a seed is made of. */
interface PresentSeed {
  readonly directory: unknown;
  readonly contacts: readonly { readonly name: string }[];
}

/**
 * Fills a running emulator through its control API: contacts are there at once,
 * confirmed and active. Its outbox is emptied on the way.
 */
export class EmulatorTarget implements SeedTarget {
  readonly word = null;
  private readonly added: object[] = [];
  private seed: PresentSeed | null = null;

  constructor(
    private readonly url: string,
    private readonly settings: RuleSettings,
    private readonly now: () => Date = () => new Date(),
  ) {}

  get place(): string {
    return `the emulator at ${this.url}`;
  }

  async names(): Promise<ReadonlySet<string>> {
    const { contacts } = await this.present();
    return new Set(contacts.map(({ name }) => name));
  }

  add({ contact, targetIds }: SeedItem): Promise<SeedOutcome> {
    const params = toAddParams(contact, this.settings);
    const contactId = `c-${randomBytes(9).toString("hex")}`;
    const createDate = vendorDate(this.now());
    this.added.push({
      contactId,
      name: params.Name,
      emailAddress: params.EmailAddress,
      phoneNumber: params.PhoneNumber,
      title: params.Title,
      messageTypes: params.MessageTypes,
      status: "Active",
      createDate,
      bindings: targetIds.map((targetId) => ({
        targetId,
        associatedDate: createDate,
      })),
    });
    return Promise.resolve({ kind: "added", detail: contactId });
  }

  async close(): Promise<void> {
    if (this.added.length === 0) return;
    const { directory, contacts } = await this.present();
    await this.ask("/seed", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        seed: { directory, contacts: [...contacts, ...this.added] },
      }),
    });
  }

  private async present(): Promise<PresentSeed> {
    if (this.seed === null) {
      const { seed } = (await this.ask("/snapshot", {})) as {
        seed: PresentSeed;
      };
      this.seed = seed;
    }
    return this.seed;
  }

  private async ask(path: string, init: RequestInit): Promise<unknown> {
    let response: Response;
    try {
      response = await fetch(`${this.url}/_emulator${path}`, init);
    } catch {
      throw new Error(
        `No emulator answers at ${this.url}. Start one with \`npm run emulator\`.`,
      );
    }
    if (!response.ok) {
      throw new Error(`The emulator refuses: HTTP ${response.status}.`);
    }
    return response.json();
  }
}

/** How the vendor writes dates: no zone, and meant in UTC+8. */
function vendorDate(at: Date): string {
  return new Date(at.getTime() + 8 * 3_600_000)
    .toISOString()
    .slice(0, 19)
    .replace("T", " ");
}
