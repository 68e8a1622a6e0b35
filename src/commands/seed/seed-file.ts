import { readFileSync } from "node:fs";
import { GatewayError } from "../../errors/gateway-error.js";
import { sentenceOf } from "../../errors/rule-sentences.js";
import { checkInput, type RuleSettings } from "../../validation/check-input.js";
import {
  AddMessageContactInput,
  AssociateMembersInput,
} from "../../message-contacts/shapes/inputs.js";

/** One contact of a seed file, checked like any caller's. */
export interface SeedItem {
  readonly contact: AddMessageContactInput;
  /** What to bind it to once it is there. */
  readonly targetIds: readonly string[];
}

/** A seed file that cannot be used; names every problem. */
export class SeedFileError extends Error {
  constructor(problems: readonly string[]) {
    super(
      ["The seed file cannot be used:", ...problems.map((p) => `- ${p}`)].join(
        "\n",
      ),
    );
    this.name = "SeedFileError";
  }
}

/** Stands in for the contact that bindings are checked for. */
const ANY_CONTACT = "c-000000000000000000";

/**
 * Reads `{"contacts": [{name, emailAddress, phoneNumber?, title, messageTypes,
 * targetIds?}]}`, in the words of the gateway.
 *
 * @throws {SeedFileError} with all problems at once
 */
export function readSeedFile(path: string, settings: RuleSettings): SeedItem[] {
  let contacts: unknown;
  try {
    const file = JSON.parse(readFileSync(path, "utf8")) as {
      contacts?: unknown;
    } | null;
    contacts = file?.contacts;
  } catch {
    throw new SeedFileError(["it must be a file that holds JSON"]);
  }
  if (!Array.isArray(contacts) || contacts.length === 0) {
    throw new SeedFileError(['it must have the form {"contacts": [ … ]}']);
  }
  const problems: string[] = [];
  const items = contacts.map((row: unknown, at) =>
    itemOf(row, at, settings, problems),
  );
  const names = new Set<string>();
  for (const { contact } of items) {
    if (names.has(contact.name)) problems.push(`${contact.name} occurs twice`);
    names.add(contact.name);
  }
  if (problems.length > 0) throw new SeedFileError(problems);
  return items;
}

function itemOf(
  row: unknown,
  at: number,
  settings: RuleSettings,
  problems: string[],
): SeedItem {
  const { targetIds = [], ...contact } = (row ?? {}) as {
    targetIds?: readonly string[];
  };
  const note = (error: unknown): void => {
    if (!(error instanceof GatewayError)) throw error;
    for (const violation of error.details.violations ?? []) {
      const place = ["contacts", String(at), ...(violation.field ?? [])];
      problems.push(`${place.join(".")}: ${sentenceOf(violation, "en")}`);
    }
  };
  try {
    checkInput(AddMessageContactInput, contact, settings);
  } catch (error) {
    note(error);
  }
  if (!Array.isArray(targetIds) || targetIds.length > 0) {
    try {
      checkInput(AssociateMembersInput, { contactId: ANY_CONTACT, targetIds });
    } catch (error) {
      note(error);
    }
  }
  return { contact: contact as AddMessageContactInput, targetIds };
}
