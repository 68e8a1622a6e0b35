import { describe, expect, it } from "@jest/globals";
import { DirectoryPacer } from "../../../../src/upstream/pacing/directory-pacer.js";
import { SYSTEM_TIMING } from "../../../../src/upstream/timing.js";

const CALL = {
  turn: { caller: "one", request: "1" },
  untilMs: Number.POSITIVE_INFINITY,
  isReserved: false,
};

describe("the pace of a directory", () => {
  it("is the published rate of each operation, in proportion to the setting", async () => {
    for (const [setting, usual, higher] of [
      [20, 20, 50],
      [10, 10, 25],
    ] as const) {
      const pacer = new DirectoryPacer(setting, SYSTEM_TIMING);
      for (const operation of [
        "listAccounts",
        "getFolder",
        "getMessageContact",
        "listFoldersForParent",
        "getResourceDirectory",
      ] as const) {
        await pacer.acquire(operation, CALL);
      }
      expect(
        pacer.statuses.map(({ operation, perSecond }) => [
          operation,
          perSecond,
        ]),
      ).toEqual([
        ["listAccounts", usual],
        ["getFolder", usual],
        ["getMessageContact", usual],
        ["listFoldersForParent", higher],
        ["getResourceDirectory", higher],
      ]);
    }
  });
});
