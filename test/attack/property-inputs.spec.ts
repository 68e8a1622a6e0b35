import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { parse } from "graphql";
import { documentRules, excesses } from "../../src/graphql/document-limits.js";
import {
  startEmulator,
  type RunningEmulator,
} from "../../src/emulator/emulator.server.js";
import {
  violationsOf,
  type RuleSettings,
  type Shape,
} from "../../src/validation/check-input.js";
import * as mapper from "../../src/message-contacts/message-contacts.mapper.js";
import {
  ContactTitle,
  MessageType,
} from "../../src/message-contacts/shapes/enums.js";
import * as inputs from "../../src/message-contacts/shapes/inputs.js";
import { StaticCredentials } from "../../src/upstream/transport/credentials.js";
import type { ContactOperation } from "../../src/upstream/operations.js";
import { RpcSigner } from "../../src/upstream/transport/signer.js";
import { UpstreamTransport } from "../../src/upstream/transport/transport.js";

/** Nightly runs use 10,000. */
const RUNS = Number(process.env["PROPERTY_RUNS"] ?? 1_000);

/** Each of these sends one signed call. */
const CALLS = RUNS;

let emulator: RunningEmulator;
let signer: RpcSigner;
let transport: UpstreamTransport;

beforeAll(async () => {
  // Which addresses the vendor accepts is not published: here it takes all that the
  // gateway does not refuse.
  emulator = await startEmulator({
    seed: "sample",
    settings: { emailForm: "any" },
  });
  transport = new UpstreamTransport(emulator.url);
  signer = new RpcSigner(
    emulator.url,
    new StaticCredentials({
      accessKeyId: "testid",
      accessKeySecret: "testsecret",
    }),
  );
});

afterAll(async () => {
  await transport.close();
  await emulator.stop();
});

const from = (characters: string, minLength: number, maxLength: number) =>
  fc.string({
    unit: fc.constantFrom(...characters),
    minLength,
    maxLength,
  });

/** Values of which about half are valid and the others nearly valid. */
const near = {
  name: fc.oneof(
    from("abYZ张三一龥", 1, 14),
    from("ab1 -_é\u4dff\u9fa6", 1, 4),
    fc.string({ unit: "grapheme", maxLength: 14 }),
  ),
  emailAddress: fc.oneof(
    fc.emailAddress(),
    from('ab."\\@[]é\u3000\u0007 ', 1, 12).map((part) => `a${part}@b.example`),
    from('ab."\\@[]é: \u007f', 1, 12).map((part) => `a@${part}`),
    from('ab"\\@ ', 1, 8).map((part) => `"${part}"@b.example`),
    from("[]a.:", 1, 8).map((part) => `a@[${part}]`),
    from("ab.@-_", 1, 20),
    fc
      .tuple(from("ab.+_", 1, 66), from("ab-.", 1, 70))
      .map(([local, host]) => `${local}@${host}`),
    fc
      .tuple(fc.integer({ min: 1, max: 260 }))
      .map(([length]) => `${"a".repeat(60)}@${"b.".repeat(length)}example`),
  ),
  phoneNumber: fc.oneof(
    from("0123456789", 4, 17).map((digits) => `86-${digits}`),
    from("0123456789", 3, 16).map((digits) => `+86${digits}`),
    from("0123456789-+ ", 1, 18),
  ),
  title: fc.constantFrom(...Object.values(ContactTitle).slice(0, 6)),
  messageTypes: fc.array(
    fc.constantFrom(...Object.values(MessageType).slice(0, 6)),
    { maxLength: 8 },
  ),
  contactId: fc.oneof(
    from("abcXYZ019", 1, 66).map((rest) => `c-${rest}`),
    fc.constant("c-qL4HqKONzOM7aB3d"),
    from("c-_/é", 1, 8),
  ),
  targetIds: fc.array(
    fc.oneof(
      fc
        .tuple(fc.constantFrom("rd", "r", "fd", "x"), from("aZ9", 1, 4))
        .map(([kind, rest]) => `${kind}-${rest}`),
      from("0123456789", 15, 17),
      fc.constant("1997968394350001"),
    ),
    // More than five go to the vendor in several calls.
    { maxLength: 5 },
  ),
  boundTo: fc.oneof(
    from("aZ9", 1, 4).map((rest) => `fd-${rest}`),
    from("0123456789", 15, 17),
  ),
  retainContactInMembers: fc.boolean(),
  // Outside these bounds the vendor corrects a page; the gateway refuses it.
  pageNumber: fc.integer({ min: 1, max: 3 }),
  pageSize: fc.integer({ min: 1, max: 100 }),
};

const SETTINGS: RuleSettings = { PHONE_COUNTRY_CODES: ["86"] };

interface Row {
  readonly shape: Shape<object>;
  readonly operation: ContactOperation;
  readonly values: fc.Arbitrary<object>;
  readonly toParams: (input: never, settings: RuleSettings) => object;
}

const some = <T extends object>(
  values: { [K in keyof T]: fc.Arbitrary<T[K]> },
  requiredKeys: (keyof T)[],
): fc.Arbitrary<object> => fc.record(values, { requiredKeys });

const { name, emailAddress, phoneNumber, title, messageTypes } = near;
const { contactId, targetIds, pageNumber, pageSize } = near;
const person = { name, emailAddress, phoneNumber, title, messageTypes };
const page = { pageNumber, pageSize };

/** Every input shape with its operation. */
const ROWS: Readonly<Record<string, Row>> = {
  AddMessageContactInput: {
    shape: inputs.AddMessageContactInput,
    operation: "addMessageContact",
    values: some(person, ["name", "emailAddress", "title", "messageTypes"]),
    toParams: mapper.toAddParams,
  },
  UpdateMessageContactInput: {
    shape: inputs.UpdateMessageContactInput,
    operation: "updateMessageContact",
    // An empty list cannot be sent: the vendor would see no change of it.
    values: some(
      {
        contactId,
        ...person,
        messageTypes: messageTypes.filter((types) => types.length > 0),
      },
      ["contactId", "name"],
    ),
    toParams: mapper.toUpdateParams,
  },
  CancelMessageContactUpdateInput: {
    shape: inputs.CancelMessageContactUpdateInput,
    operation: "cancelMessageContactUpdate",
    values: some({ contactId, emailAddress, phoneNumber }, ["contactId"]),
    toParams: mapper.toCancelParams,
  },
  DeleteMessageContactInput: {
    shape: inputs.DeleteMessageContactInput,
    operation: "deleteMessageContact",
    values: some(
      { contactId, retainContactInMembers: near.retainContactInMembers },
      ["contactId"],
    ),
    toParams: ({
      contactId: id,
      retainContactInMembers: retain = true,
    }: inputs.DeleteMessageContactInput) => ({
      ContactId: id,
      RetainContactInMembers: retain,
    }),
  },
  SendEmailVerificationForMessageContactInput: {
    shape: inputs.SendEmailVerificationForMessageContactInput,
    operation: "sendEmailVerificationForMessageContact",
    values: some({ contactId, emailAddress }, ["contactId", "emailAddress"]),
    toParams: mapper.toCancelParams,
  },
  SendPhoneVerificationForMessageContactInput: {
    shape: inputs.SendPhoneVerificationForMessageContactInput,
    operation: "sendPhoneVerificationForMessageContact",
    values: some({ contactId, phoneNumber }, ["contactId", "phoneNumber"]),
    toParams: mapper.toPhoneParams,
  },
  AssociateMembersInput: {
    shape: inputs.AssociateMembersInput,
    operation: "associateMembers",
    values: some({ contactId, targetIds }, ["contactId", "targetIds"]),
    toParams: (input: inputs.AssociateMembersInput) => ({
      ContactId: input.contactId,
      Members: input.targetIds,
    }),
  },
  DisassociateMembersInput: {
    shape: inputs.DisassociateMembersInput,
    operation: "disassociateMembers",
    values: some({ contactId, targetIds }, ["contactId", "targetIds"]),
    toParams: (input: inputs.DisassociateMembersInput) => ({
      ContactId: input.contactId,
      Members: input.targetIds,
    }),
  },
  MessageContactArgs: {
    shape: inputs.MessageContactArgs,
    operation: "getMessageContact",
    values: some({ id: contactId }, ["id"]),
    toParams: ({ id }: inputs.MessageContactArgs) => ({ ContactId: id }),
  },
  ContactIdArgs: {
    shape: inputs.ContactIdArgs,
    operation: "getMessageContactDeletionStatus",
    values: some({ contactId }, ["contactId"]),
    toParams: (input: inputs.ContactIdArgs) => ({ ContactId: input.contactId }),
  },
  MessageContactsArgs: {
    shape: inputs.MessageContactsArgs,
    operation: "listMessageContacts",
    values: some({ boundTo: near.boundTo, ...page }, []),
    toParams: (input: inputs.MessageContactsArgs) => ({
      Member: input.boundTo,
      PageNumber: input.pageNumber,
      PageSize: input.pageSize,
    }),
  },
  MessageContactVerificationsArgs: {
    shape: inputs.MessageContactVerificationsArgs,
    operation: "listMessageContactVerifications",
    values: some({ contactId, ...page }, ["contactId"]),
    toParams: (input: inputs.MessageContactVerificationsArgs) => ({
      ContactId: input.contactId,
      PageNumber: input.pageNumber,
      PageSize: input.pageSize,
    }),
  },
};

/** Whether the emulator accepts the values as valid input. */
async function isTakenByEmulator(
  { operation, toParams }: Row,
  input: object,
): Promise<boolean> {
  const params = toParams(input as never, SETTINGS);
  const ask = async (isFresh: boolean): Promise<string> => {
    const form = await signer.sign(operation, params, Date.now());
    return (await transport.post(form, 5_000, isFresh)).body;
  };
  // The kept connection may have ended while the other property was computed.
  const body = await ask(false).catch(() => ask(true));
  const { Code: code = "" } = JSON.parse(body) as { Code?: string };
  const isInUse = code === "InvalidParameter.Name.AlreadyUsed";
  return isInUse || !/^(?:InvalidParameter|Missing)/.test(code);
}

describe.each(Object.entries(ROWS))("%s", (_name, row) => {
  it("validates any JSON without throwing and rejects unknown fields", () => {
    const probe = new row.shape();
    const known = new Set([...Object.keys(probe), ...Object.keys(near), "id"]);
    const json = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(
        fc.oneof(
          fc.constantFrom(...known, "__proto__", "constructor", "Action"),
          fc.string(),
        ),
        fc.jsonValue(),
      ),
    );
    fc.assert(
      fc.property(json, (value) => {
        const violations = violationsOf(row.shape, value, SETTINGS);
        for (const { field, rule } of violations) {
          expect(field === null || Array.isArray(field)).toBe(true);
          expect(rule).toMatch(/^[a-z-]+$/);
        }
        if (violations.length > 0) return;
        for (const key of Object.keys(value as object)) {
          expect(known.has(key)).toBe(true);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it("accepts exactly the inputs that the vendor accepts", async () => {
    await fc.assert(
      fc.asyncProperty(row.values, async (input) => {
        const isTaken = violationsOf(row.shape, input, SETTINGS).length === 0;
        expect(await isTakenByEmulator(row, input)).toBe(isTaken);
      }),
      { numRuns: CALLS },
    );
  }, 120_000);
});

describe("documents", () => {
  const word = fc.constantFrom(
    ...'{ } ( ) ... on fragment query mutation F a: messageContacts totalCount @skip $x ! [ ] " # 1 -1.5e3 null'.split(
      " ",
    ),
  );
  const limits = {
    depth: 8,
    aliases: 30,
    rootFields: 20,
    directives: 20,
    mutationFields: 1,
    selections: 1_000,
    introspectionAliases: 4,
  };

  it("of random tokens are measured or rejected without an exception", () => {
    expect(documentRules({ GRAPHQL_MUTATIONS_PER_OPERATION: 1 })).toHaveLength(
      2,
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), (words) => {
        let document;
        try {
          document = parse(words.join(" "), { maxTokens: 1_000 });
        } catch {
          return;
        }
        expect(Array.isArray(excesses(document, limits))).toBe(true);
      }),
      { numRuns: RUNS },
    );
  });
});
