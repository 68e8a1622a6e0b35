import { describe, expect, it } from "@jest/globals";
import type { ReadSubject } from "../../../../src/upstream/reads/read-subject.js";
import { WriteGenerations } from "../../../../src/upstream/reads/write-generations.js";

const LISTS: ReadSubject = { contactId: null, isProgress: false };
const contact = (contactId: string): ReadSubject => ({
  contactId,
  isProgress: false,
});
const progress = (contactId: string): ReadSubject => ({
  contactId,
  isProgress: true,
});

describe("generations of writes", () => {
  it("report a change of the written contact and of lists, not of other contacts", () => {
    const writes = new WriteGenerations();
    const before = writes.current;
    writes.recordWrite({ contactId: "c-1" });
    expect(writes.hasChangedSince(before, contact("c-1"))).toBe(true);
    expect(writes.hasChangedSince(before, LISTS)).toBe(true);
    expect(writes.hasChangedSince(before, contact("c-2"))).toBe(false);
    expect(writes.hasChangedSince(writes.current, contact("c-1"))).toBe(false);
  });

  it("report a change of lists only when a contact was created", () => {
    const writes = new WriteGenerations();
    const before = writes.current;
    writes.recordWrite({ contactId: null });
    expect(writes.hasChangedSince(before, LISTS)).toBe(true);
    expect(writes.hasChangedSince(before, contact("c-1"))).toBe(false);
  });

  it("report a change of pending verifications only when the write changes them", () => {
    const writes = new WriteGenerations();
    const before = writes.current;
    writes.recordWrite({ contactId: "c-1", keepsProgress: true });
    expect(writes.hasChangedSince(before, contact("c-1"))).toBe(true);
    expect(writes.hasChangedSince(before, progress("c-1"))).toBe(false);
    writes.recordWrite({ contactId: "c-1" });
    writes.recordWrite({ contactId: "c-1", keepsProgress: true });
    expect(writes.hasChangedSince(before, progress("c-1"))).toBe(true);
  });

  it("report a change of everything after a gap", () => {
    const writes = new WriteGenerations();
    const before = writes.current;
    writes.recordGap();
    expect(writes.hasChangedSince(before, contact("c-1"))).toBe(true);
    expect(writes.hasChangedSince(before, LISTS)).toBe(true);
  });

  it("do not lose a change when many other contacts are written", () => {
    const writes = new WriteGenerations();
    const before = writes.current;
    writes.recordWrite({ contactId: "c-1" });
    for (let n = 0; n < 20_000; n += 1)
      writes.recordWrite({ contactId: `c-other${n}` });
    expect(writes.hasChangedSince(before, contact("c-1"))).toBe(true);
  });
});
