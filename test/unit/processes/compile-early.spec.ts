import { spawnSync } from "node:child_process";
import { describe, expect, it } from "@jest/globals";
import { compileEarly } from "../../../src/processes/compile-early.js";

const flagsFor = (version?: string): string[] => {
  const flags: string[] = [];
  compileEarly(version, (flag) => flags.push(flag));
  return flags;
};

describe("early compilation", () => {
  it("lowers the budget of V8 versions that have one", () => {
    expect(flagsFor("11.3.244.8-node.30")).toEqual([
      "--interrupt-budget=10000",
    ]);
    expect(flagsFor("12.4.254.21-node.33")).toEqual([]);
    expect(flagsFor("13.6.233.17-node.37")).toEqual([]);
  });

  it("sets only flags that this V8 has", () => {
    const { stdout } = spawnSync(process.execPath, ["--v8-options"], {
      encoding: "utf8",
    });
    for (const flag of flagsFor()) {
      expect(stdout).toContain(`${flag.split("=")[0]} (`);
    }
  });
});
