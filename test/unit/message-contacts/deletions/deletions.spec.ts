import { describe, expect, it } from "@jest/globals";
import { ErrorCode } from "../../../../src/errors/error-codes.js";
import { MemoryDeletionLedger } from "../../../../src/message-contacts/deletions/deletion-ledger.js";
import {
  identityOf,
  isFinalIdentity,
  toContactDeletion,
} from "../../../../src/message-contacts/deletions/deletion-report.js";
import { Deletions } from "../../../../src/message-contacts/deletions/deletions.js";
import {
  contextOf,
  FakeUpstream,
  refusedWith,
} from "../../../support/fake-upstream.js";

const ID = "c-qL4HqKONzOM7aB3d";
const STATUS = "getMessageContactDeletionStatus";
const CONTACT = "getMessageContact";
const GONE = refusedWith(ErrorCode.CONTACT_NOT_FOUND);

const vendorSays = (status: string, reasons: object[] = []): object => ({
  ContactDeletionStatus: {
    Status: status,
    ContactId: ID,
    FailReasonList: reasons,
  },
});

function setUp() {
  const upstream = new FakeUpstream();
  const clock = { ms: Date.parse("2026-01-31T08:30:00Z") };
  const ledger = new MemoryDeletionLedger();
  const deletions = new Deletions(upstream.asUpstream, ledger, () => clock.ms);
  return { upstream, clock, ledger, deletions, context: contextOf() };
}

describe("a deletion", () => {
  it("is UNKNOWN when nobody was seen to begin one", async () => {
    const { upstream, deletions, context } = setUp();
    upstream.answering(STATUS, GONE);
    const report = await deletions.status(ID, context);
    expect(report).toMatchObject({ state: "UNKNOWN", seen: null });
    expect(upstream.operations()).toEqual([STATUS]);
  });

  it("is DELETED once one that began here is gone, and costs one read of the contact from then on", async () => {
    const { upstream, deletions, context } = setUp();
    await deletions.recordStart(ID, "Deleting", context);
    upstream.answering(STATUS, GONE).answering(CONTACT, GONE);
    const report = await deletions.status(ID, context);
    expect(report).toMatchObject({
      state: "DELETED",
      seen: { observedAt: "2026-01-31T08:30:00.000Z", startedHere: true },
    });
    expect(upstream.operations()).toEqual([STATUS, CONTACT]);
    await deletions.status(ID, context);
    expect(upstream.operations()).toEqual([STATUS, CONTACT, CONTACT]);
  });

  it.each(["Deleting", "Deleted"])(
    "is not on record when the contact exists again after a deletion that began as %s",
    async (begunAs) => {
      const { upstream, ledger, deletions, context } = setUp();
      await deletions.recordStart(ID, begunAs, context);
      upstream.answering(STATUS, GONE).answering(CONTACT, GONE);
      expect((await deletions.status(ID, context)).state).toBe("DELETED");
      upstream.answering(CONTACT, {
        Contact: { ContactId: ID, Status: "Active" },
      });
      const report = await deletions.status(ID, context);
      expect(report).toMatchObject({ state: "UNKNOWN", seen: null });
      expect(await ledger.find(context.directory, ID)).toBeNull();
    },
  );

  it("is followed again when a contact that exists again is deleted", async () => {
    const { upstream, deletions, context } = setUp();
    await deletions.recordStart(ID, "Deleted", context);
    upstream
      .answering(STATUS, vendorSays("Deleting"))
      .answering(CONTACT, { Contact: { ContactId: ID, Status: "Deleting" } });
    expect(await deletions.status(ID, context)).toMatchObject({
      state: "IN_PROGRESS",
      seen: { startedHere: false },
    });
  });

  it("is not called DELETED from memory while the vendor cannot be asked", async () => {
    const { upstream, deletions, context } = setUp();
    await deletions.recordStart(ID, "Deleted", context);
    upstream.answering(CONTACT, refusedWith(ErrorCode.UPSTREAM_UNAVAILABLE));
    await expect(deletions.status(ID, context)).rejects.toMatchObject({
      code: "UPSTREAM_UNAVAILABLE",
    });
  });

  it("is DELETED at once when the vendor says so", async () => {
    const { upstream, deletions, context } = setUp();
    const report = await deletions.recordStart(ID, "Deleted", context);
    expect(report.state).toBe("DELETED");
    upstream.answering(CONTACT, GONE);
    expect((await deletions.status(ID, context)).state).toBe("DELETED");
    expect(upstream.operations()).toEqual([CONTACT]);
  });

  it("of somebody else is followed, and does not claim to have begun here", async () => {
    const { upstream, deletions, context } = setUp();
    upstream
      .answering(STATUS, vendorSays("Deleting"), GONE)
      .answering(CONTACT, GONE);
    const first = await deletions.status(ID, context);
    expect(first).toMatchObject({
      state: "IN_PROGRESS",
      seen: { startedHere: false },
    });
    const second = await deletions.status(ID, context);
    expect(second).toMatchObject({
      state: "DELETED",
      seen: { startedHere: false },
    });
  });

  it("that failed names accounts, message types and what to do, in both languages", async () => {
    const { upstream, deletions, context } = setUp();
    await deletions.recordStart(ID, "Deleting", context);
    upstream.answering(
      STATUS,
      vendorSays("Failed", [
        {
          AccountId: "1997968394350001",
          MessageTypes: ["SecurityMessage", "NewKind"],
        },
      ]),
    );
    const report = await deletions.status(ID, context);
    const english = toContactDeletion(report, "en");
    expect(english).toMatchObject({
      state: "FAILED",
      stateRaw: "Failed",
      isFinal: true,
      failures: [
        {
          accountId: "1997968394350001",
          messageTypes: ["SECURITY_MESSAGE", "UNRECOGNISED"],
          messageTypesRaw: ["SecurityMessage", "NewKind"],
          advice:
            "In account 1997968394350001 choose another recipient for SECURITY_MESSAGE, NewKind, then delete the contact again.",
        },
      ],
    });
    expect(english.advice).toContain("The contact still exists.");
    const chinese = toContactDeletion(report, "zh");
    expect(chinese.advice).toContain("联系人仍然存在");
    expect(chinese.failures[0]?.advice).toContain("SECURITY_MESSAGE");
  });

  it("that failed is looked up again: somebody may have begun another", async () => {
    const { upstream, deletions, context } = setUp();
    upstream.answering(STATUS, vendorSays("Failed"), vendorSays("Deleting"));
    await deletions.status(ID, context);
    expect((await deletions.status(ID, context)).state).toBe("IN_PROGRESS");
  });

  it("is not called done while the contact is still there", async () => {
    const { upstream, clock, deletions, context } = setUp();
    await deletions.recordStart(ID, "Deleting", context);
    upstream
      .answering(STATUS, GONE)
      .answering(CONTACT, { Contact: { ContactId: ID, Status: "Active" } });
    expect((await deletions.status(ID, context)).state).toBe("IN_PROGRESS");
    clock.ms += 31_000;
    expect((await deletions.status(ID, context)).state).toBe("UNKNOWN");
  });

  it("of one directory says nothing of another", async () => {
    const { upstream, deletions, context } = setUp();
    await deletions.recordStart(ID, "Deleted", context);
    upstream.answering(STATUS, GONE);
    const other = { ...context, directory: "other" };
    expect((await deletions.status(ID, other)).state).toBe("UNKNOWN");
  });

  it("passes on that the vendor cannot be asked", async () => {
    const { upstream, deletions, context } = setUp();
    upstream.answering(STATUS, refusedWith(ErrorCode.UPSTREAM_UNAVAILABLE));
    await expect(deletions.status(ID, context)).rejects.toMatchObject({
      code: "UPSTREAM_UNAVAILABLE",
    });
  });
});

describe("the identity of a report", () => {
  it("tells final states from others by itself", async () => {
    const { upstream, deletions, context } = setUp();
    const begun = await deletions.recordStart(ID, "Deleting", context);
    expect(isFinalIdentity(identityOf(begun))).toBe(false);
    const problem = refusedWith(ErrorCode.UPSTREAM_UNAVAILABLE);
    const unknown = {
      ...begun,
      state: "UNKNOWN" as typeof begun.state,
      problem,
    };
    expect(isFinalIdentity(identityOf(unknown))).toBe(false);
    upstream.answering(STATUS, GONE).answering(CONTACT, GONE);
    const done = await deletions.status(ID, context);
    expect(isFinalIdentity(identityOf(done))).toBe(true);
    expect(identityOf(done)).not.toBe(identityOf(begun));
  });
});
