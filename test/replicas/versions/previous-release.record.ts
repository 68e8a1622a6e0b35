import { expect, it } from "@jest/globals";
import { writeFileSync } from "node:fs";
import { recordState } from "../../support/recorded-state.js";
import { buildRelease } from "../../support/released-gateway.js";
import { PREVIOUS_RELEASE, RECORDED_STATE_FILE } from "./previous-release.js";

// Not a test. After a release: set PREVIOUS_RELEASE, then run
// npm run jest -- --testPathIgnorePatterns=none --testMatch '**/*.record.ts'
it("records the state of the previous release", async () => {
  const entry = buildRelease(PREVIOUS_RELEASE);
  if (entry === null) throw new Error("the history lacks the release");
  const state = await recordState(PREVIOUS_RELEASE, entry);
  expect(state.keys.length).toBeGreaterThan(0);
  expect(state.reads.length).toBeGreaterThan(0);
  writeFileSync(RECORDED_STATE_FILE, `${JSON.stringify(state, null, 2)}\n`);
}, 300_000);
