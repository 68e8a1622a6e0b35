import { describe, expect, it } from "@jest/globals";
import { ErrorCode } from "../../../../src/errors/error-codes.js";
import type {
  AnsweredRead,
  RequestContext,
} from "../../../../src/context/request-context.js";
import type {
  InvalidationBus,
  InvalidationListener,
} from "../../../../src/upstream/reads/invalidation-bus.js";
import {
  UNOBSERVED,
  type UpstreamTracer,
} from "../../../../src/upstream/upstream-observer.js";
import type { ClientDependencies } from "../../../../src/upstream/upstream.client.js";
import {
  LocalCallTokens,
  type CallTokens,
} from "../../../../src/upstream/pacing/call-tokens.js";
import { DirectoryPacer } from "../../../../src/upstream/pacing/directory-pacer.js";
import { FakeTiming } from "../../../support/fake-timing.js";
import type { FakeVendor, Fate } from "../../../support/fake-vendor.js";
import { settled } from "../../../support/fake-upstream.js";
import {
  bench,
  outcomeOf,
  type Bench,
} from "../../../support/upstream-bench.js";

const CACHE = { lifetimeMs: 1_000, maxLifetimeMs: 3_000 };

interface Reader extends Bench {
  readonly get: (id: string, more?: Partial<RequestContext>) => Promise<string>;
  /** Reads the pending verifications of a contact. */
  readonly pending: (id: string) => Promise<unknown>;
  readonly rename: (id: string, name: string) => Promise<unknown>;
}

function reader(
  more: Partial<ClientDependencies> = { cache: CACHE },
  fates: readonly Fate[] = [],
  timing = new FakeTiming(),
): Reader {
  const made = bench(fates, timing, more);
  addContacts(made.vendor, 20);
  return {
    ...made,
    get: async (id, changes = {}) => {
      const { Contact } = await made.client.execute(
        "getMessageContact",
        { ContactId: id },
        { ...made.context(), ...changes },
      );
      return Contact.Name ?? "";
    },
    pending: (id) =>
      made.client.execute(
        "listMessageContactVerifications",
        { ContactId: id, PageNumber: 1, PageSize: 100 },
        made.context(),
      ),
    rename: (id, name) =>
      made.client.execute(
        "updateMessageContact",
        { ContactId: id, Name: name },
        made.context(),
      ),
  };
}

function addContacts({ contacts }: FakeVendor, count: number): void {
  const [first] = contacts.values();
  if (first === undefined) throw new Error("the vendor has no contact");
  for (let n = 2; n <= count; n += 1) {
    const id = `c-${n}`;
    contacts.set(id, {
      ...first,
      ContactId: id,
      Name: `name${n}`,
      Members: [],
    });
  }
}

const ids = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => `c-${at + 1}`);

describe("reads of single contacts that arrive together", () => {
  it("become one list call with the response of a single read each", async () => {
    const { client, vendor, context } = reader({});
    vendor.contacts.get("c-2")?.Members.push("fd-1");
    const answers = await Promise.all(
      ids(10).map((ContactId) =>
        client.execute("getMessageContact", { ContactId }, context()),
      ),
    );
    expect(vendor.calls).toEqual(["listMessageContacts"]);
    for (const [at, { Contact }] of answers.entries()) {
      expect(Contact).toEqual(vendor.contacts.get(`c-${at + 1}`));
      expect(Contact).not.toHaveProperty("AssociatedDate");
    }
  });

  it("remain a single read when there is only one", async () => {
    const { get, vendor } = reader({});
    expect(await get("c-1")).toBe("tom");
    expect(vendor.calls).toEqual(["getMessageContact"]);
  });

  it("are read on their own when the list does not contain them", async () => {
    const { client, vendor, context } = reader({});
    vendor.contacts.delete("c-3");
    const outcomes = await Promise.all(
      ids(3).map((ContactId) =>
        outcomeOf(
          client.execute("getMessageContact", { ContactId }, context()),
        ),
      ),
    );
    expect(outcomes).toEqual(["done", "done", ErrorCode.CONTACT_NOT_FOUND]);
    expect(vendor.calls).toEqual(["listMessageContacts", "getMessageContact"]);
  });

  it.each<Fate>(["throttled", "garbage", "lost-before", "503-before"])(
    "are read on their own when the list fails (%s), and the list is not retried",
    async (fate) => {
      const { get, vendor } = reader({}, [fate]);
      expect(await Promise.all([get("c-1"), get("c-2")])).toEqual([
        "tom",
        "name2",
      ]);
      expect(vendor.calls).toEqual([
        "listMessageContacts",
        "getMessageContact",
        "getMessageContact",
      ]);
      await Promise.all([get("c-1"), get("c-2")]);
      expect(
        vendor.calls.filter((one) => one === "listMessageContacts"),
      ).toHaveLength(1);
    },
  );

  it("count the list for one request, and as saved for the others", async () => {
    const { client, context } = reader({});
    const contexts = ids(4).map(() => context());
    await Promise.all(
      contexts.map((one, at) =>
        client.execute("getMessageContact", { ContactId: `c-${at + 1}` }, one),
      ),
    );
    expect(contexts.map(({ usage }) => usage.upstreamCalls)).toEqual([
      1, 0, 0, 0,
    ]);
    expect(contexts.map(({ usage }) => usage.saved?.list ?? 0)).toEqual([
      0, 1, 1, 1,
    ]);
  });
});

describe("the read cache", () => {
  it("answers until its lifetime ends, and reports the age", async () => {
    const { client, vendor, timing, context, get } = reader();
    await get("c-1");
    await timing.sleep(999);
    const later = context();
    await client.execute("getMessageContact", { ContactId: "c-1" }, later);
    expect(vendor.calls).toHaveLength(1);
    expect(later.usage).toMatchObject({
      upstreamCalls: 0,
      readAgeMs: 999,
      saved: { cache: 1 },
    });
    await timing.sleep(1);
    await get("c-1");
    expect(vendor.calls).toHaveLength(2);
  });

  it("answers reads of single contacts from a list", async () => {
    const { client, vendor, context, get } = reader();
    await client.execute(
      "listMessageContacts",
      { PageNumber: 1, PageSize: 10 },
      context(),
    );
    expect(await get("c-2")).toBe("name2");
    expect(vendor.calls).toEqual(["listMessageContacts"]);
  });

  it("stores no missing contact", async () => {
    const { client, vendor, context } = reader();
    for (let n = 0; n < 2; n += 1) {
      const read = client.execute(
        "getMessageContact",
        { ContactId: "c-none" },
        context(),
      );
      expect(await outcomeOf(read)).toBe(ErrorCode.CONTACT_NOT_FOUND);
    }
    expect(vendor.calls).toHaveLength(2);
  });

  it("is invalidated by a write of the contact, not of another one", async () => {
    const { vendor, get, rename } = reader();
    await get("c-1");
    await rename("c-2", "bob");
    expect(await get("c-1")).toBe("tom");
    expect(vendor.calls).toEqual(["getMessageContact", "updateMessageContact"]);
    await rename("c-1", "tim");
    expect(await get("c-1")).toBe("tim");
  });

  it("keeps pending verifications after a write that does not change them", async () => {
    const { vendor, pending, rename, client, context } = reader();
    await pending("c-1");
    await rename("c-1", "tim");
    await pending("c-1");
    expect(vendor.calls).toEqual([
      "listMessageContactVerifications",
      "updateMessageContact",
    ]);
    await client.execute(
      "updateMessageContact",
      { ContactId: "c-1", EmailAddress: "new@example.com" },
      context(),
    );
    await pending("c-1");
    expect(vendor.calls.slice(2)).toEqual([
      "updateMessageContact",
      "listMessageContactVerifications",
    ]);
  });

  it("is invalidated by a write with an unknown outcome", async () => {
    const { vendor, client, context, get } = reader();
    vendor.contacts.get("c-1")?.Members.push("fd-1");
    await get("c-1");
    // Neither the write nor its read-back gets a usable response.
    vendor.replaceFates(Array<Fate>(30).fill("lost-after"));
    const outcome = await outcomeOf(
      client.execute(
        "disassociateMembers",
        { ContactId: "c-1", Members: ["fd-1"] },
        context(),
      ),
    );
    expect(outcome).toBe(ErrorCode.OUTCOME_UNKNOWN);
    vendor.replaceFates([]);
    const { Contact } = await client.execute(
      "getMessageContact",
      { ContactId: "c-1" },
      context(),
    );
    expect(Contact.Members).toEqual([]);
  });

  it("does not store a read that began before the end of a write", async () => {
    const { vendor, get, rename } = reader();
    const post = vendor.post.bind(vendor);
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    vendor.post = async (form) => {
      const reply = await post(form);
      if (form.includes("getMessageContact")) await held;
      return reply;
    };
    const early = get("c-1");
    await settled();
    await rename("c-1", "tim");
    release();
    expect(await early).toBe("tom");
    vendor.post = post;
    expect(await get("c-1")).toBe("tim");
  });

  it("is bypassed by a request that accepts no cached response", async () => {
    const { vendor, get, timing } = reader();
    await get("c-1");
    await get("c-1", { maxAgeMs: 0 });
    expect(vendor.calls).toHaveLength(2);
    await timing.sleep(500);
    await get("c-1", { maxAgeMs: 501 });
    expect(vendor.calls).toHaveLength(2);
    await get("c-1", { maxAgeMs: 500 });
    expect(vendor.calls).toHaveLength(3);
  });

  it("forgets a contact that another read reports as missing", async () => {
    const { vendor, client, context, get } = reader();
    await get("c-1");
    vendor.contacts.delete("c-1");
    const pending = client.execute(
      "listMessageContactVerifications",
      { ContactId: "c-1", PageNumber: 1, PageSize: 10 },
      context(),
    );
    expect(await outcomeOf(pending)).toBe(ErrorCode.CONTACT_NOT_FOUND);
    expect(await outcomeOf(get("c-1"))).toBe(ErrorCode.CONTACT_NOT_FOUND);
  });

  it("stores that a contact has no deletion, and keeps the contact", async () => {
    const { vendor, client, context, get } = reader();
    const execute = vendor.post.bind(vendor);
    vendor.post = (form) =>
      execute(
        form.replace(
          /"getMessageContactDeletionStatus",\{"ContactId":"c-1"\}/,
          `"getMessageContactDeletionStatus",{"ContactId":"c-none"}`,
        ),
      );
    await get("c-1");
    for (let n = 0; n < 3; n += 1) {
      const status = client.execute(
        "getMessageContactDeletionStatus",
        { ContactId: "c-1" },
        context(),
      );
      expect(await outcomeOf(status)).toBe(ErrorCode.CONTACT_NOT_FOUND);
    }
    await get("c-1");
    expect(vendor.calls).toEqual([
      "getMessageContact",
      "getMessageContactDeletionStatus",
    ]);
  });

  it("refreshes a list that is read often before it expires", async () => {
    const { client, vendor, context, timing } = reader();
    const list = (): Promise<unknown> =>
      client.execute(
        "listMessageContacts",
        { PageNumber: 1, PageSize: 10 },
        context(),
      );
    for (let n = 0; n < 5; n += 1) await list();
    await timing.sleep(800);
    await list();
    await settled();
    expect(vendor.calls).toHaveLength(2);
    await timing.sleep(900);
    await list();
    expect(vendor.calls).toHaveLength(2);
  });
});

describe("a repeatable read", () => {
  async function repeatable(
    more: Partial<ClientDependencies> = {},
  ): Promise<Reader & { reads: AnsweredRead[] }> {
    const made = reader({ cache: CACHE, ...more });
    await made.get("c-1");
    const reads: AnsweredRead[] = [];
    const { usage } = made.context();
    await made.get("c-1", { usage: { ...usage, cachedReads: reads } });
    return { ...made, reads };
  }

  const only = (reads: readonly AnsweredRead[]): AnsweredRead => {
    const [first, ...others] = reads;
    if (first === undefined || others.length > 0) throw new Error("not one");
    return first;
  };

  it("is collected for an answer of the cache only", async () => {
    const { reads, get, context } = await repeatable();
    expect(reads).toHaveLength(1);
    const { usage } = context();
    const collected: AnsweredRead[] = [];
    await get("c-2", { usage: { ...usage, cachedReads: collected } });
    expect(collected).toHaveLength(0);
  });

  it("has the same entry until a write or the end of its lifetime", async () => {
    const { reads, context, timing, rename } = await repeatable();
    const { read, entry } = only(reads);
    expect(read.peek(context())).toBe(entry);
    await timing.sleep(999);
    expect(read.peek(context())).toBe(entry);
    await timing.sleep(1);
    expect(read.peek(context())).toBeNull();
    const other = await repeatable();
    await other.rename("c-1", "tim");
    expect(only(other.reads).read.peek(other.context())).toBeNull();
    await rename("c-1", "tim");
  });

  it("has another entry after the contact was read again", async () => {
    const { reads, context, get } = await repeatable();
    const { read, entry } = only(reads);
    await get("c-1", { maxAgeMs: 0 });
    const later = read.peek(context());
    expect(later).not.toBeNull();
    expect(later).not.toBe(entry);
  });

  it("accepts no older entry than the request does", async () => {
    const { reads, context, timing } = await repeatable();
    const { read } = only(reads);
    await timing.sleep(500);
    expect(read.peek({ ...context(), maxAgeMs: 0 })).toBeNull();
    expect(read.peek({ ...context(), maxAgeMs: 500 })).toBeNull();
    expect(read.peek({ ...context(), maxAgeMs: 501 })).not.toBeNull();
  });

  it("counts as a read of the request that repeats it", async () => {
    const { reads, context, get, timing } = await repeatable();
    const { read, entry } = only(reads);
    await timing.sleep(300);
    const [found, wanted] = [context(), context()];
    read.use(entry, found);
    await get("c-1", { usage: wanted.usage });
    expect(found.usage).toEqual(wanted.usage);
    expect(found.usage).toMatchObject({
      upstreamCalls: 0,
      requestedCalls: 1,
      saved: { cache: 1 },
      readAgeMs: 300,
    });
  });

  it("refreshes the entry when it is used often", async () => {
    const { reads, context, timing, vendor } = await repeatable();
    const { read, entry } = only(reads);
    await timing.sleep(800);
    for (let n = 0; n < 5; n += 1) read.use(entry, context());
    await settled();
    expect(vendor.calls).toHaveLength(2);
  });

  it("is not collected where other replicas must be asked, or with traces", async () => {
    const bus: InvalidationBus = {
      isShared: true,
      publish: () => Promise.resolve(),
      isUpToDate: () => Promise.resolve(true),
      subscribe: () => undefined,
    };
    expect((await repeatable({ bus })).reads).toEqual([]);
    const tracer: UpstreamTracer = {
      operation: (_operation, _context, run) => run(),
      bindContext: (run) => run,
      attempt: (_operation, run) => run(),
    };
    const observer = { ...UNOBSERVED, tracer };
    expect((await repeatable({ observer })).reads).toEqual([]);
  });
});

describe("a read that waits to be sent", () => {
  /** The list was read once, and cannot be read again before `unblock`. */
  async function blocked(): Promise<Reader & { readonly unblock: () => void }> {
    const timing = new FakeTiming();
    let grants = 1;
    let unblock: () => void = () => undefined;
    const tokens: CallTokens = {
      share: 1,
      available: () => 20,
      take: async (wanted) => {
        if (grants === 0) await new Promise<void>((done) => (unblock = done));
        grants = 0;
        return { granted: wanted, retryInMs: 0 };
      },
    };
    const made = reader({
      cache: CACHE,
      pacer: new DirectoryPacer(20, timing, (operation) =>
        operation === "listMessageContacts"
          ? tokens
          : new LocalCallTokens(timing.now),
      ),
    });
    await list(made);
    return { ...made, unblock: () => unblock() };
  }

  const list = ({ client, context }: Reader): Promise<string[]> =>
    client
      .execute(
        "listMessageContacts",
        { PageNumber: 1, PageSize: 100 },
        { ...context(), maxAgeMs: 0 },
      )
      .then(({ Contacts = [] }) => Contacts.map(({ Name }) => Name ?? ""));

  it("answers requests that arrive after a write, with the new value", async () => {
    const made = await blocked();
    const early = list(made);
    await settled();
    await made.rename("c-1", "tim");
    const late = list(made);
    await settled();
    made.unblock();
    for (const names of await Promise.all([early, late])) {
      expect(names[0]).toBe("tim");
    }
    expect(
      made.vendor.calls.filter((one) => one === "listMessageContacts"),
    ).toHaveLength(2);
  });
});

describe("a list that was requested for single contacts", () => {
  it.each<[string, readonly Fate[], number]>([
    ["answers a request for the list", [], 1],
    ["is requested again for it after a failure", ["503-before"], 2],
  ])("%s", async (_, fates, calls) => {
    const { get, client, vendor, context } = reader({}, fates);
    const post = vendor.post.bind(vendor);
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    vendor.post = (form) => held.then(() => post(form));
    const singles = [get("c-1"), get("c-2")];
    await settled();
    const listed = client.execute(
      "listMessageContacts",
      { PageNumber: 1, PageSize: 100 },
      context(),
    );
    await settled();
    release();
    expect((await listed).Contacts).toHaveLength(20);
    await Promise.all(singles);
    expect(
      vendor.calls.filter((one) => one === "listMessageContacts"),
    ).toHaveLength(calls);
  });
});

describe("a request for the whole list", () => {
  it("answers single contacts that arrive meanwhile", async () => {
    const { get, client, vendor, context } = reader({});
    const post = vendor.post.bind(vendor);
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    vendor.post = (form) => held.then(() => post(form));
    const listed = client.execute(
      "listMessageContacts",
      { PageNumber: 1, PageSize: 100 },
      context(),
    );
    await settled();
    const single = get("c-2");
    await settled();
    release();
    expect(await single).toBe("name2");
    await listed;
    expect(vendor.calls).toEqual(["listMessageContacts"]);
  });
});

describe("pending verifications under pressure", () => {
  /** Reads them after each pause, and returns the vendor calls after each read. */
  async function callsAfter(
    pausesMs: readonly number[],
    freeTokens: number,
  ): Promise<number[]> {
    const timing = new FakeTiming();
    const { pending, vendor } = reader(
      {
        cache: CACHE,
        pacer: new DirectoryPacer(20, timing, () => ({
          share: 1,
          available: () => freeTokens,
          take: (granted) => ({ granted, retryInMs: 0 }),
        })),
      },
      [],
      timing,
    );
    const counts: number[] = [];
    for (const pauseMs of pausesMs) {
      await timing.sleep(pauseMs);
      await pending("c-1");
      await settled();
      counts.push(vendor.calls.length);
    }
    return counts;
  }

  it("are read again only when they are as old as allowed", async () => {
    expect(await callsAfter([0, 2_999, 1], 0)).toEqual([1, 1, 2]);
  });

  it("are refreshed when their lifetime ends if there are spare calls", async () => {
    expect(await callsAfter([0, 1_499, 1, 1_499], 6)).toEqual([1, 1, 2, 2]);
  });
});

describe("the read cache of a replica", () => {
  function replica(): Reader & {
    bus: { listener: InvalidationListener; isUpToDate: boolean };
    published: unknown[];
  } {
    const published: unknown[] = [];
    const state = {
      listener: null as unknown as InvalidationListener,
      isUpToDate: true,
    };
    const bus: InvalidationBus = {
      isShared: true,
      publish: (write) => {
        published.push(write);
        return Promise.resolve();
      },
      isUpToDate: () => Promise.resolve(state.isUpToDate),
      subscribe: (listener) => {
        state.listener = listener;
      },
    };
    return {
      ...reader({ cache: CACHE, bus, directory: "main" }),
      bus: state,
      published,
    };
  }

  it("is invalidated by the write of another replica in the same directory", async () => {
    const { get, vendor, bus } = replica();
    await get("c-1");
    bus.listener.onWrite({ directory: "other", contactId: "c-1" });
    await get("c-1");
    expect(vendor.calls).toHaveLength(1);
    bus.listener.onWrite({ directory: "main", contactId: "c-1" });
    await get("c-1");
    expect(vendor.calls).toHaveLength(2);
  });

  it("is not used while writes of other replicas may be missing", async () => {
    const { get, vendor, bus } = replica();
    await get("c-1");
    bus.isUpToDate = false;
    await get("c-1");
    expect(vendor.calls).toHaveLength(2);
    bus.isUpToDate = true;
    bus.listener.onGap();
    await get("c-1");
    expect(vendor.calls).toHaveLength(3);
  });

  it("publishes each write at its start and at its end", async () => {
    const { rename, client, context, published } = replica();
    await rename("c-1", "tim");
    const touched = {
      directory: "main",
      contactId: "c-1",
      keepsProgress: true,
    };
    expect(published).toEqual([touched, touched]);
    await client.execute(
      "addMessageContact",
      {
        Name: "neo",
        EmailAddress: "neo@example.com",
        Title: "CEO",
        MessageTypes: [],
      },
      context(),
    );
    const created = { directory: "main", contactId: null };
    expect(published.slice(2)).toEqual([created, created]);
  });

  it("publishes a verification message only if the contact was changed elsewhere", async () => {
    const { client, context, vendor, published } = replica();
    const send = (EmailAddress: string): Promise<unknown> =>
      outcomeOf(
        client.execute(
          "sendEmailVerificationForMessageContact",
          { ContactId: "c-1", EmailAddress },
          context(),
        ),
      );
    expect(await send("new@example.com")).toBe("done");
    expect(published).toEqual([]);
    vendor.contacts.delete("c-1");
    expect(await send("new@example.com")).toBe(ErrorCode.CONTACT_NOT_FOUND);
    expect(published).toEqual([{ directory: "main", contactId: "c-1" }]);
  });
});
