import { describe, expect, it } from "@jest/globals";
import { settingConflicts } from "../../../../src/config/environment/setting-conflicts.js";
import { readConfig } from "../../../../src/config/read-config.js";

describe("settingConflicts", () => {
  it("is empty for the defaults", () => {
    expect(settingConflicts(readConfig({}))).toEqual([]);
  });

  it.each([
    [{ READ_ATTEMPT_MS: "10001" }, "READ_ATTEMPT_MS is longer"],
    [{ WRITE_ATTEMPT_MS: "17001" }, "WRITE_ATTEMPT_MS is longer"],
    [{ READ_CACHE_MAX_MS: "999" }, "READ_CACHE_MAX_MS is shorter"],
    [{ MAX_CONNECTIONS: "511" }, "MAX_REQUESTS_IN_FLIGHT is greater"],
    [{ MAX_WEBSOCKETS_PER_CALLER: "1001" }, "MAX_WEBSOCKETS_PER_CALLER is"],
    [{ UPSTREAM_CALLS_PER_SECOND: "21" }, "UPSTREAM_CALLS_PER_SECOND is"],
    [{ VERIFICATION_EMAILS_PER_DAY: "101" }, "VERIFICATION_EMAILS_PER_DAY is"],
    [{ NO_PROXY: "a.example" }, "NO_PROXY has no effect without HTTPS_PROXY"],
  ])("names the setting that %j defeats", (environment, sentence) => {
    expect(settingConflicts(readConfig(environment))).toEqual([
      expect.stringMatching(new RegExp(`^${sentence}`)),
    ]);
  });
});
