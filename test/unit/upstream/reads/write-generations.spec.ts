import { describe, expect, it } from "@jest/globals";
import { WriteGenerations } from "../../../../src/upstream/reads/write-generations.js";

describe("generations of writes", () => {
  it("report a change of the written contact and of lists, not of other contacts", () => {
    const writes = new WriteGenerations();
    const before = writes.current;
    writes.recordWrite("c-1");
    expect(writes.hasChangedSince(before, "c-1")).toBe(true);
    expect(writes.hasChangedSince(before, null)).toBe(true);
    expect(writes.hasChangedSince(before, "c-2")).toBe(false);
    expect(writes.hasChangedSince(writes.current, "c-1")).toBe(false);
  });

  it("report a change of lists only when a contact was created", () => {
    const writes = new WriteGenerations();
    const before = writes.current;
    writes.recordWrite(null);
    expect(writes.hasChangedSince(before, null)).toBe(true);
    expect(writes.hasChangedSince(before, "c-1")).toBe(false);
  });

  it("report a change of everything after a gap", () => {
    const writes = new WriteGenerations();
    const before = writes.current;
    writes.recordGap();
    expect(writes.hasChangedSince(before, "c-1")).toBe(true);
    expect(writes.hasChangedSince(before, null)).toBe(true);
  });

  it("do not lose a change when many other contacts are written", () => {
    const writes = new WriteGenerations();
    const before = writes.current;
    writes.recordWrite("c-1");
    for (let n = 0; n < 20_000; n += 1) writes.recordWrite(`c-other${n}`);
    expect(writes.hasChangedSince(before, "c-1")).toBe(true);
  });
});
