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

const vendorStatus = (status: string, reasons: object[] = []): object => ({
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
  it("is UNKNOWN when none was observed", async () => {
    const { upstream, deletions, context } = setUp();
    upstream.answering(STATUS, GONE);
    const report = await deletions.status(ID, context);
    expect(report).toMatchObject({ state: "UNKNOWN", seen: null });
    expect(upstream.operations()).toEqual([STATUS]);
  });

  it("is DELETED when it was started here and the contact is gone; later polls cost one read", async () => {
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
    "is UNKNOWN when the contact exists again after a deletion that started as %s",
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

  it("is IN_PROGRESS when a contact that exists again is deleted again", async () => {
    const { upstream, deletions, context } = setUp();
    await deletions.recordStart(ID, "Deleted", context);
    upstream
      .answering(STATUS, vendorStatus("Deleting"))
      .answering(CONTACT, { Contact: { ContactId: ID, Status: "Deleting" } });
    expect(await deletions.status(ID, context)).toMatchObject({
      state: "IN_PROGRESS",
      seen: { startedHere: false },
    });
  });

  it("is not reported as DELETED from the ledger while the vendor is unreachable", async () => {
    const { upstream, deletions, context } = setUp();
    await deletions.recordStart(ID, "Deleted", context);
    upstream.answering(CONTACT, refusedWith(ErrorCode.UPSTREAM_UNAVAILABLE));
    await expect(deletions.status(ID, context)).rejects.toMatchObject({
      code: "UPSTREAM_UNAVAILABLE",
    });
  });

  it("is DELETED at once when the vendor reports it", async () => {
    const { upstream, deletions, context } = setUp();
    const report = await deletions.recordStart(ID, "Deleted", context);
    expect(report.state).toBe("DELETED");
    upstream.answering(CONTACT, GONE);
    expect((await deletions.status(ID, context)).state).toBe("DELETED");
    expect(upstream.operations()).toEqual([CONTACT]);
  });

  it("started by another client is followed with startedHere false", async () => {
    const { upstream, deletions, context } = setUp();
    upstream
      .answering(STATUS, vendorStatus("Deleting"), GONE)
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

  it("that failed lists accounts, message types and advice, in both languages", async () => {
    const { upstream, deletions, context } = setUp();
    await deletions.recordStart(ID, "Deleting", context);
    upstream.answering(
      STATUS,
      vendorStatus("Failed", [
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

  it("that failed is read again, because a new one may have started", async () => {
    const { upstream, deletions, context } = setUp();
    upstream.answering(
      STATUS,
      vendorStatus("Failed"),
      vendorStatus("Deleting"),
    );
    await deletions.status(ID, context);
    expect((await deletions.status(ID, context)).state).toBe("IN_PROGRESS");
  });

  it("is not DELETED while the contact still exists", async () => {
    const { upstream, clock, deletions, context } = setUp();
    await deletions.recordStart(ID, "Deleting", context);
    upstream
      .answering(STATUS, GONE)
      .answering(CONTACT, { Contact: { ContactId: ID, Status: "Active" } });
    expect((await deletions.status(ID, context)).state).toBe("IN_PROGRESS");
    clock.ms += 31_000;
    expect((await deletions.status(ID, context)).state).toBe("UNKNOWN");
  });

  it("of one directory does not affect another directory", async () => {
    const { upstream, deletions, context } = setUp();
    await deletions.recordStart(ID, "Deleted", context);
    upstream.answering(STATUS, GONE);
    const other = { ...context, directory: "other" };
    expect((await deletions.status(ID, other)).state).toBe("UNKNOWN");
  });

  it("rejects with UPSTREAM_UNAVAILABLE when the vendor is unreachable", async () => {
    const { upstream, deletions, context } = setUp();
    upstream.answering(STATUS, refusedWith(ErrorCode.UPSTREAM_UNAVAILABLE));
    await expect(deletions.status(ID, context)).rejects.toMatchObject({
      code: "UPSTREAM_UNAVAILABLE",
    });
  });
});

describe("the identity of a report", () => {
  it("shows whether the state is final", async () => {
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
