import { z } from "zod";
import { unreadableReason } from "../../config/files/file-reasons.js";
import { readJsonFile } from "../../config/files/json-file.js";
import { GatewayError } from "../../errors/gateway-error.js";
import { sentenceOf } from "../../errors/rule-sentences.js";
import { checkInput, type RuleSettings } from "../../validation/check-input.js";
import {
  AddMessageContactInput,
  AssociateMembersInput,
} from "../../message-contacts/shapes/inputs.js";

/** One contact of a seed file, validated like input of the API. */
export interface SeedItem {
  readonly contact: AddMessageContactInput;
  /** Targets that the new contact is bound to. */
  readonly targetIds: readonly string[];
}

/** An invalid seed file. The message lists every problem. */
export class SeedFileError extends Error {
  constructor(problems: readonly string[]) {
    super(
      ["The seed file is invalid:", ...problems.map((p) => `- ${p}`)].join(
        "\n",
      ),
    );
    this.name = "SeedFileError";
  }
}

/** Placeholder id, to validate bindings before the contact exists. */
const PLACEHOLDER_ID = "c-000000000000000000";

const NON_EMPTY_LIST = "must be a list with at least one contact";

const FILE = z.object(
  {
    contacts: z
      .array(z.looseObject({}, "must be an object"), NON_EMPTY_LIST)
      .min(1, NON_EMPTY_LIST),
  },
  'must have the form {"contacts": [ … ]}',
);

/**
 * Reads `{"contacts": [{name, emailAddress, phoneNumber?, title, messageTypes,
 * targetIds?}]}`. The members are those of the gateway's API.
 *
 * @throws {SeedFileError} with all problems
 */
export function readSeedFile(path: string, settings: RuleSettings): SeedItem[] {
  const file = readJsonFile(path, FILE);
  if (file.value === null) {
    const reason = unreadableReason(path);
    throw new SeedFileError(
      reason === null
        ? file.problems
        : [`${path}: ${file.problems.join()}: ${reason}`],
    );
  }
  const problems: string[] = [];
  const items = file.value.contacts.map((row, index) =>
    itemOf(row, index, settings, problems),
  );
  const names = new Set<string>();
  for (const { contact } of items) {
    if (names.has(contact.name)) problems.push(`${contact.name} occurs twice`);
    names.add(contact.name);
  }
  if (problems.length > 0) throw new SeedFileError(problems);
  return items;
}

/** Validates an entry with the rules of the API; its bindings are validated separately. */
function itemOf(
  { targetIds = [], ...contact }: Readonly<Record<string, unknown>>,
  index: number,
  settings: RuleSettings,
  problems: string[],
): SeedItem {
  const check = (validate: () => unknown): void => {
    try {
      validate();
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      for (const violation of error.details.violations ?? []) {
        const path = ["contacts", String(index), ...(violation.field ?? [])];
        problems.push(`${path.join(".")}: ${sentenceOf(violation, "en")}`);
      }
    }
  };
  check(() => checkInput(AddMessageContactInput, contact, settings));
  if (!Array.isArray(targetIds) || targetIds.length > 0) {
    const input = { contactId: PLACEHOLDER_ID, targetIds };
    check(() => checkInput(AssociateMembersInput, input));
  }
  return {
    contact: contact as unknown as AddMessageContactInput,
    targetIds: targetIds as readonly string[],
  };
}
