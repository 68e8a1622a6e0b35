import { describe, expect, it } from "@jest/globals";
import "reflect-metadata";
import { CoverageService } from "../../../src/coverage/coverage.service.js";
import { DirectoryTree } from "../../../src/directory/directory-tree.js";

const TREE = new DirectoryTree({
  directoryId: "rd-a",
  rootFolderId: "r-a",
  managementAccountId: "1",
  accounts: [],
});

const service = new CoverageService(
  { readTree: () => Promise.resolve(TREE) } as never,
  { read: () => Promise.resolve([]) } as never,
);

describe("reports of one request", () => {
  it("are made in different turns of the event loop", async () => {
    const log: string[] = [];
    let isRunning = true;
    const turn = (): void => {
      log.push("turn");
      if (isRunning) setImmediate(turn);
    };
    setImmediate(turn);
    await Promise.all(
      Array.from({ length: 5 }, async () => {
        await service.coverage({}, {} as never);
        log.push("report");
      }),
    );
    isRunning = false;
    expect(log.filter((one) => one === "report")).toHaveLength(5);
    expect(log.join(" ")).not.toContain("report report");
  });
});
