import { describe, expect, it } from "@jest/globals";
import { NonceMemory } from "../../../../src/emulator/state/nonce-memory.js";

describe("NonceMemory", () => {
  it("rejects a nonce until it expires", () => {
    const memory = new NonceMemory();
    expect(memory.add("a", 0, 100)).toBe(true);
    expect(memory.add("a", 99, 100)).toBe(false);
    expect(memory.add("a", 100, 100)).toBe(true);
  });

  it("removes the oldest nonce when it is full", () => {
    const memory = new NonceMemory(3);
    for (const nonce of ["a", "b", "c", "d"]) memory.add(nonce, 0, 100);
    expect(memory.size).toBe(3);
    expect(memory.add("d", 1, 100)).toBe(false);
    expect(memory.add("a", 1, 100)).toBe(true);
  });
});
