import { describe, expect, it } from "@jest/globals";
import { heapLimitFor } from "../../../src/processes/heap-limit.js";

const MIB = 1024 * 1024;
const memory = {
  limit: 512 * MIB,
  total: 8_192 * MIB,
  nodeOptions: ["--enable-source-maps"],
};

describe("the heap limit", () => {
  it("is 60 % of the memory limit of the container", () => {
    expect(heapLimitFor(1, memory)).toBe(307);
    expect(heapLimitFor(1, { ...memory, limit: 1_024 * MIB })).toBe(614);
  });

  it("is divided by the number of processes", () => {
    expect(heapLimitFor(2, memory)).toBe(153);
  });

  it("is never below 64 MiB", () => {
    expect(heapLimitFor(16, memory)).toBe(64);
  });

  it.each([
    ["no limit, as Node.js 20 says it", 2 ** 64],
    ["no limit, as newer versions say it", 0],
    ["a limit above the memory of the machine", 8_193 * MIB],
    ["an unknown limit", NaN],
  ])("is left to V8 with %s", (_, limit) => {
    expect(heapLimitFor(1, { ...memory, limit })).toBeNull();
  });

  it.each([
    "--max-old-space-size=320",
    "--max_old_space_size=320",
    "--max-old-space-size-percentage=50",
  ])("is left to an operator who sets %s", (option) => {
    const nodeOptions = [...memory.nodeOptions, option];
    expect(heapLimitFor(1, { ...memory, nodeOptions })).toBeNull();
  });
});
