import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  actionOf,
  type ContactOperation,
} from "../../src/upstream/operations.js";
import type { Input } from "./apis.js";
import { validInputsFor } from "./calls.js";

type Params = Readonly<Record<string, string>>;

/** Response body of one action; undefined for the default one. */
export type StubAnswer = (params: Params) => unknown;

export const STUB_REQUEST_ID = "9B34724D-54B0-4A51-B34D-4512372FE1BE";

/** Contact of `STUB_INPUTS`. */
export const STUB_CONTACT = "c-one";

/** Valid input of each operation, which the usual responses show as carried out. */
export const STUB_INPUTS: Readonly<Record<ContactOperation, Input>> = {
  ...validInputsFor(STUB_CONTACT),
  updateMessageContact: { contactId: STUB_CONTACT, name: "ann" },
  deleteMessageContact: {
    contactId: STUB_CONTACT,
    retainContactInMembers: false,
  },
  associateMembers: { contactId: STUB_CONTACT, targetIds: ["fd-1"] },
  disassociateMembers: { contactId: STUB_CONTACT, targetIds: ["fd-2"] },
};

const contact = (id: string, more: object = {}): object => ({
  ContactId: id,
  Name: "ann",
  EmailAddress: "ann@example.com",
  PhoneNumber: "86-13900001234",
  Title: "CEO",
  MessageTypes: ["ServiceMessage"],
  Members: ["fd-1"],
  Status: "Active",
  CreateDate: new Date().toISOString().slice(0, 19).replace("T", " "),
  ...more,
});

/**
 * The usual responses. The reads show each change of `STUB_INPUTS` as carried
 * out, so that reading back settles it.
 */
const USUAL: Readonly<Record<string, (params: Params) => object>> = {
  AddMessageContact: () => ({
    Contact: { ContactId: "c-added", CreateDate: "2026-03-04 05:06:07" },
  }),
  GetMessageContact: ({ ContactId = "" }) => ({ Contact: contact(ContactId) }),
  ListMessageContacts: () => ({
    TotalCount: 1,
    PageNumber: 1,
    PageSize: 10,
    Contacts: [contact("c-added", { AssociatedDate: "2026-03-04 05:06:07" })],
  }),
  DeleteMessageContact: () => ({ Status: "Deleting" }),
  GetMessageContactDeletionStatus: ({ ContactId }) => ({
    ContactDeletionStatus: {
      Status: "Failed",
      ContactId,
      FailReasonList: [
        { AccountId: "1997968394350001", MessageTypes: ["ServiceMessage"] },
      ],
    },
  }),
  ListMessageContactVerifications: ({ ContactId }) => ({
    TotalCount: 1,
    PageNumber: 1,
    PageSize: 10,
    ContactVerifications: [{ ContactId, Target: "later@example.com" }],
  }),
  AssociateMembers: ({ ContactId }) => ({
    Members: [
      { ContactId, MemberId: "fd-1", ModifyDate: "2026-03-04 05:06:07" },
    ],
  }),
  DisassociateMembers: ({ ContactId }) => ({
    Members: [
      { ContactId, MemberId: "fd-2", ModifyDate: "2026-03-04 05:06:07" },
    ],
  }),
};

/** Default response of an operation to these parameters. */
export function usualAnswer(
  operation: ContactOperation,
  params: Params,
): object {
  const answer = USUAL[actionOf(operation)]?.(params) ?? {};
  return { RequestId: STUB_REQUEST_ID, ...answer };
}

/** A vendor on loopback with fixed responses, which a test replaces by access key. */
export class StubVendor {
  private readonly odd = new Map<string, StubAnswer>();
  private readonly seen = new Map<string, number>();

  private constructor(private readonly server: Server) {
    server.on("request", (request, response) => {
      let form = "";
      request
        .on("data", (part: Buffer) => (form += part.toString()))
        .on("end", () => {
          const params = Object.fromEntries(new URLSearchParams(form));
          const { Action: action = "", AccessKeyId: key = "" } = params;
          const name = `${key} ${action}`;
          this.seen.set(name, this.sends(key, action) + 1);
          const answer = this.odd.get(name)?.(params) ?? {
            RequestId: STUB_REQUEST_ID,
            ...USUAL[action]?.(params),
            ...this.deleting(key, action, params),
          };
          const status =
            (answer as { Code?: unknown }).Code === undefined ? 200 : 404;
          response
            .writeHead(status, { "content-type": "application/json" })
            .end(JSON.stringify(answer));
        });
    });
  }

  /** After a deletion began, the contact reads as `Deleting`. */
  private deleting(key: string, action: string, params: Params): object {
    const { ContactId = "" } = params;
    return action === "GetMessageContact" &&
      this.sends(key, "DeleteMessageContact") > 0
      ? { Contact: contact(ContactId, { Status: "Deleting" }) }
      : {};
  }

  static async start(): Promise<StubVendor> {
    const server = createServer();
    const stub = new StubVendor(server);
    await new Promise<void>((resolve) =>
      server.listen(0, "127.0.0.1", resolve),
    );
    return stub;
  }

  get url(): string {
    const { port } = this.server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  /** Replaces the response of an action for one access key. */
  answer(key: string, action: string, answer: StubAnswer): void {
    this.odd.set(`${key} ${action}`, answer);
  }

  /** Removes the responses and call counts of one access key. */
  clear(key: string): void {
    for (const table of [this.odd, this.seen]) {
      for (const name of table.keys()) {
        if (name.startsWith(`${key} `)) table.delete(name);
      }
    }
  }

  /** Number of calls of an action with one access key. */
  sends(key: string, action: string): number {
    return this.seen.get(`${key} ${action}`) ?? 0;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}
