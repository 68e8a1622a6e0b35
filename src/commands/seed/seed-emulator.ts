import { randomBytes } from "node:crypto";
import type { RuleSettings } from "../../validation/check-input.js";
import { toAddParams } from "../../message-contacts/message-contacts.mapper.js";
import type { SeedItem } from "./seed-file.js";
import type { SeedOutcome, SeedTarget } from "./seed-target.js";

/** The current data of an emulator, as in its snapshot. */
interface CurrentSeed {
  readonly directory: unknown;
  readonly contacts: readonly { readonly name: string }[];
}

/**
 * Adds contacts to a running emulator through its control API. They are verified and
 * active at once. Loading a seed also empties the outbox of the emulator.
 */
export class EmulatorTarget implements SeedTarget {
  readonly confirmation = null;
  private readonly added: object[] = [];
  private seed: CurrentSeed | null = null;

  constructor(
    private readonly url: string,
    private readonly settings: RuleSettings,
    private readonly now: () => Date = () => new Date(),
  ) {}

  get description(): string {
    return `the emulator at ${this.url}`;
  }

  async existingNames(): Promise<ReadonlySet<string>> {
    const { contacts } = await this.current();
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
    const { directory, contacts } = await this.current();
    await this.request("/seed", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        seed: { directory, contacts: [...contacts, ...this.added] },
      }),
    });
  }

  private async current(): Promise<CurrentSeed> {
    if (this.seed === null) {
      const { seed } = (await this.request("/snapshot", {})) as {
        seed: CurrentSeed;
      };
      this.seed = seed;
    }
    return this.seed;
  }

  private async request(path: string, init: RequestInit): Promise<unknown> {
    let response: Response;
    try {
      response = await fetch(`${this.url}/_emulator${path}`, init);
    } catch {
      throw new Error(
        `No emulator responds at ${this.url}. Start one with \`npm run emulator\`.`,
      );
    }
    if (!response.ok) {
      throw new Error(`The emulator responded with HTTP ${response.status}.`);
    }
    return response.json();
  }
}

/** A date in the vendor's format: local time of UTC+8, without a time zone. */
function vendorDate(at: Date): string {
  return new Date(at.getTime() + 8 * 3_600_000)
    .toISOString()
    .slice(0, 19)
    .replace("T", " ");
}
