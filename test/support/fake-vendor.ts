import {
  TransportError,
  type UpstreamReply,
} from "../../src/upstream/transport/transport.js";

/** Outcome of one call: whether it is carried out, and the response. */
export type Fate =
  | "ok"
  | "not-sent"
  | "lost-before"
  | "lost-after"
  | "late"
  | "503-before"
  | "503-after"
  | "garbage"
  | "conflict"
  | "throttled";

export const FATES: readonly Fate[] = [
  "ok",
  "not-sent",
  "lost-before",
  "lost-after",
  "late",
  "503-before",
  "503-after",
  "garbage",
  "conflict",
  "throttled",
];

interface FakeContact {
  ContactId: string;
  Name: string;
  EmailAddress: string;
  Title: string;
  MessageTypes: string[];
  Status: string;
  Members: string[];
  CreateDate: string;
}

type Params = Record<string, unknown>;

/**
 * A simpler vendor in memory: without signatures, with one directory, and with an
 * outcome for each call that the test chooses.
 */
export class FakeVendor {
  readonly contacts = new Map<string, FakeContact>();
  readonly pending: { ContactId: string; Target: string }[] = [];
  /** Changes that were carried out, in order. */
  readonly executed: string[] = [];
  /** All attempted calls. */
  readonly calls: string[] = [];
  private late: (() => void)[] = [];
  private ids = 0;

  /** @param fates of the calls in order; `ok` once they are used up */
  /** Each call with its outcome. */
  readonly fated: { readonly operation: string; readonly fate: Fate }[] = [];
  /** Whether connections are refused at the moment. */
  isDown: () => boolean = () => false;
  /** Outcomes of the next changes after the script has ended. */
  fateOfNextWrites: Fate[] = [];

  constructor(
    private readonly now: () => number,
    private fates: Fate[] = [],
  ) {
    this.contacts.set("c-1", this.contact("c-1", "tom"));
  }

  /** Replaces signer and transport. */
  sign(operation: string, params: object): Promise<string> {
    return Promise.resolve(JSON.stringify([operation, params]));
  }

  invalidateCredentials(): void {
    this.calls.push("renew");
  }

  post(form: string): Promise<UpstreamReply> {
    const [operation, params] = JSON.parse(form) as [string, Params];
    this.calls.push(operation);
    this.settle();
    const fate = this.isDown()
      ? "not-sent"
      : (this.fates.shift() ?? this.nextOf(operation));
    this.fated.push({ operation, fate });
    switch (fate) {
      case "ok":
        return Promise.resolve(this.execute(operation, params));
      case "not-sent":
        return Promise.reject(new TransportError(false, "ECONNREFUSED"));
      case "lost-before":
        return Promise.reject(new TransportError(true, "ECONNRESET"));
      case "lost-after":
        this.execute(operation, params);
        return Promise.reject(new TransportError(true, "TimeoutError", true));
      case "late":
        this.late.push(() => this.execute(operation, params));
        return Promise.reject(new TransportError(true, "TimeoutError", true));
      case "503-after":
        this.execute(operation, params);
        return Promise.resolve(envelope(503, "ServiceUnavailable"));
      case "503-before":
        return Promise.resolve(envelope(503, "ServiceUnavailable"));
      case "garbage":
        this.execute(operation, params);
        return Promise.resolve({
          httpStatus: 200,
          headers: {},
          body: "<html>",
        });
      case "conflict":
        return Promise.resolve(envelope(429, "ConcurrentCallNotSupported"));
      case "throttled":
        return Promise.resolve(envelope(400, "Throttling.User"));
    }
  }

  /** Replaces the outcomes of the next calls. */
  replaceFates(fates: Fate[]): void {
    this.fates = fates;
  }

  private nextOf(operation: string): Fate {
    const isRead = /^(?:get|list)/.test(operation);
    return isRead ? "ok" : (this.fateOfNextWrites.shift() ?? "ok");
  }

  /** Delivers delayed calls. */
  settle(): void {
    const due = this.late;
    this.late = [];
    for (const execute of due) execute();
  }

  private contact(id: string, name: string): FakeContact {
    return {
      ContactId: id,
      Name: name,
      EmailAddress: `${name}@example.com`,
      Title: "CEO",
      MessageTypes: ["ServiceMessage"],
      Status: "Active",
      Members: [],
      CreateDate: new Date(this.now() + 8 * 3_600_000)
        .toISOString()
        .slice(0, 19)
        .replace("T", " "),
    };
  }

  private execute(operation: string, params: Params): UpstreamReply {
    const id = String(params["ContactId"]);
    const contact = this.contacts.get(id);
    switch (operation) {
      case "getMessageContact":
        return contact === undefined ? absent() : ok({ Contact: contact });
      case "listMessageContacts":
        return ok({
          Contacts: [...this.contacts.values()],
          TotalCount: this.contacts.size,
        });
      case "listMessageContactVerifications": {
        if (contact === undefined) return absent();
        const own = this.pending.filter((one) => one.ContactId === id);
        return ok({ ContactVerifications: own, TotalCount: own.length });
      }
      case "addMessageContact":
        return this.add(params);
      default:
        return contact === undefined
          ? absent()
          : this.change(operation, contact, params);
    }
  }

  private add(params: Params): UpstreamReply {
    const name = String(params["Name"]);
    if ([...this.contacts.values()].some((one) => one.Name === name)) {
      return envelope(400, "InvalidParameter.Name.AlreadyUsed");
    }
    this.ids += 1;
    const contact = {
      ...this.contact(`c-new${this.ids}`, name),
      ...params,
      Status: "Verifying",
    };
    this.contacts.set(contact.ContactId, contact);
    this.executed.push("addMessageContact");
    const { ContactId, CreateDate } = contact;
    return ok({ Contact: { ContactId, CreateDate } });
  }

  private change(
    operation: string,
    contact: FakeContact,
    params: Params,
  ): UpstreamReply {
    const { ContactId } = contact;
    const members = (params["Members"] ?? []) as string[];
    const changes = members.map((MemberId) => ({ ContactId, MemberId }));
    switch (operation) {
      case "updateMessageContact": {
        const { EmailAddress, ...plain } = params;
        Object.assign(contact, plain);
        if (typeof EmailAddress === "string") {
          this.pending.push({ ContactId, Target: EmailAddress });
        }
        break;
      }
      case "deleteMessageContact":
        this.contacts.delete(ContactId);
        this.executed.push(operation);
        return ok({ Status: "Deleted" });
      case "cancelMessageContactUpdate": {
        const at = this.pending.findIndex(
          (one) => one.Target === params["EmailAddress"],
        );
        if (at < 0) return envelope(400, "ContactStatusMismatchAction");
        this.pending.splice(at, 1);
        break;
      }
      case "associateMembers":
        contact.Members = [...new Set([...contact.Members, ...members])];
        break;
      case "disassociateMembers":
        if (members.some((one) => !contact.Members.includes(one))) {
          return envelope(400, "InvalidMember");
        }
        contact.Members = contact.Members.filter(
          (one) => !members.includes(one),
        );
        break;
    }
    this.executed.push(operation);
    return ok(members.length > 0 ? { Members: changes } : {});
  }
}

function ok(body: object): UpstreamReply {
  return reply(200, {
    RequestId: "9B34724D-54B0-4A51-B34D-4512372FE1BE",
    ...body,
  });
}

function absent(): UpstreamReply {
  return envelope(404, "EntityNotExists.Contact");
}

function envelope(httpStatus: number, code: string): UpstreamReply {
  return reply(httpStatus, {
    RequestId: "9B34724D-54B0-4A51-B34D-4512372FE1BE",
    HostId: "localhost",
    Code: code,
    Message: "refused",
    Recommend: "",
  });
}

function reply(httpStatus: number, body: object): UpstreamReply {
  return { httpStatus, headers: {}, body: JSON.stringify(body) };
}
