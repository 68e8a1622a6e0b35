import {
  afterAll,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
} from "@jest/globals";
import { BEN, MARTA, TOM } from "../support/emulator-fixture.js";
import { actionsOf, graphql } from "../support/graphql.js";
import { startBoth, type Running } from "../support/running.js";
import { bearer, keysFor, newFolder } from "../support/signed-in.js";

const FIELDS =
  "__typename id name emailAddress status bindings { targetId } pendingVerifications { target } deletion { state }";
const NODE = `query ($id: ID!) { node(id: $id) { __typename id ...Fields } } fragment Fields on MessageContact { ${FIELDS} }`;
const CONTACT = `query ($id: ID!) { node: messageContact(id: $id) { ${FIELDS} } }`;
const DELETE = `mutation ($input: DeleteMessageContactInput!) { deleteMessageContact(input: $input) { contact { id status statusRaw deletion { state } } deletion { state } errors { code } } }`;

const UNKNOWN_ID = "c-neverExistedHere0";

const folder = newFolder();
const { file, keys } = keysFor({
  reader: { scopes: ["contacts:read"] },
  insider: { scopes: ["contacts:read", "contacts:read-personal"] },
  deleter: { scopes: ["contacts:delete"] },
});
let running: Running;

beforeAll(async () => {
  running = await startBoth(
    {},
    { API_KEYS_FILE: folder.write("keys.json", file), AUDIT_LOG: "none" },
  );
});

beforeEach(() => running.emulator.control.reset());

afterAll(async () => {
  await running.stop();
  folder.remove();
});

describe("node", () => {
  it.each(["insider", "reader"] as const)(
    "has the result and the calls of `messageContact` for the caller %s",
    async (caller) => {
      const headers = bearer(keys[caller]);
      for (const id of [MARTA, TOM, UNKNOWN_ID]) {
        const asNode = await graphql(running, NODE, { id }, headers);
        const asContact = await graphql(running, CONTACT, { id }, headers);
        expect(asNode).toEqual(asContact);
        expect(
          (
            await actionsOf(running, () =>
              graphql(running, NODE, { id }, headers),
            )
          ).sort(),
        ).toEqual(
          (
            await actionsOf(running, () =>
              graphql(running, CONTACT, { id }, headers),
            )
          ).sort(),
        );
      }
    },
  );

  it("keeps the id of the contact", async () => {
    const { data } = await graphql(
      running,
      "query ($id: ID!) { node(id: $id) { id } }",
      { id: TOM },
      bearer(keys.reader),
    );
    expect(data).toEqual({ node: { id: TOM } });
  });

  it("has the errors of `messageContact`", async () => {
    for (const [id, caller] of [
      ["nonsense", "reader"],
      ["", "reader"],
      [TOM, "deleter"],
    ] as const) {
      const headers = bearer(keys[caller]);
      const [one, other] = [
        await graphql(running, NODE, { id }, headers),
        await graphql(running, CONTACT, { id }, headers),
      ].map(({ errors }) => errors?.map(({ extensions }) => extensions.code));
      expect(one).toHaveLength(1);
      expect(one).toEqual(other);
    }
  });

  it("is estimated with its nested reads", async () => {
    const many = Array.from(
      { length: 15 },
      (_, at) =>
        `a${at}: node(id: "c-neverExistedHere${at}") { ...on MessageContact { name pendingVerifications { target } deletion { state } } }`,
    );
    const strict = await startBoth(
      {},
      { MAX_UPSTREAM_CALLS_PER_REQUEST: "44" },
    );
    const { errors } = await graphql(strict, `{ ${many.join(" ")} }`);
    expect(errors?.[0]?.extensions).toMatchObject({
      code: "REQUEST_TOO_COSTLY",
      estimate: 45,
    });
    await strict.stop();
  });
});

describe("the contact in the result of deleteMessageContact", () => {
  it("is DELETED when the deletion is done", async () => {
    const { data, errors } = await graphql(
      running,
      DELETE,
      { input: { contactId: TOM } },
      bearer(keys.deleter),
    );
    expect(data["deleteMessageContact"]).toEqual({
      contact: {
        id: TOM,
        status: "DELETED",
        statusRaw: "Deleted",
        // This field needs the scope `contacts:read`.
        deletion: null,
      },
      deletion: { state: "DELETED" },
      errors: [],
    });
    expect(errors?.map(({ path }) => path)).toEqual([
      ["deleteMessageContact", "contact", "deletion"],
    ]);
  });

  it("is DELETING while the deletion runs, and costs no further call", async () => {
    const open = await startBoth();
    const actions = await actionsOf(open, async () => {
      const answer = await graphql(open, DELETE, {
        input: { contactId: BEN, retainContactInMembers: false },
      });
      expect(answer).toEqual({
        data: {
          deleteMessageContact: {
            contact: {
              id: BEN,
              status: "DELETING",
              statusRaw: "Deleting",
              deletion: { state: "IN_PROGRESS" },
            },
            deletion: { state: "IN_PROGRESS" },
            errors: [],
          },
        },
      });
    });
    expect(actions).toEqual(["DeleteMessageContact"]);
    await open.stop();
  });

  it("is null when it is selected in full after the deletion, and when nothing is deleted", async () => {
    const open = await startBoth();
    const full = DELETE.replace("statusRaw", "name");
    const done = await graphql<Record<string, object>>(open, full, {
      input: { contactId: BEN },
    });
    expect(done.data["deleteMessageContact"]).toEqual({
      contact: null,
      deletion: { state: "DELETED" },
      errors: [],
    });
    const missing = await graphql<Record<string, object>>(open, DELETE, {
      input: { contactId: UNKNOWN_ID },
    });
    expect(missing.data["deleteMessageContact"]).toEqual({
      contact: null,
      deletion: null,
      errors: [{ code: "CONTACT_NOT_FOUND" }],
    });
    await open.stop();
  });
});
