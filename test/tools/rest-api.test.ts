import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { FOLDER, PROJECT, run } from "./run.js";
import {
  startValidatingProxy,
  type ValidatingProxy,
  type Violation,
} from "./validating-proxy.js";

/** The end-to-end tests that use the REST API. */
const SUITES = [
  "operations",
  "verification",
  "bulk",
  "deletion",
  "vendor-errors",
  "access-matrix",
];

/**
 * The sweep over vendor errors lets reads fail with an invented quota code. The vendor has
 * no such code, so no read documents 409. The gateway's response is nevertheless correct.
 */
function isQuotaOfRead({ request, status, where }: Violation): boolean {
  return request.startsWith("GET ") && status === 409 && where === "response";
}

describe("the end-to-end tests, through Prism", () => {
  let proxy: ValidatingProxy;

  before(async () => {
    proxy = await startValidatingProxy(`${FOLDER}build/documents/openapi.json`);
  });

  after(() => proxy.stop());

  it("pass, and every exchange conforms to the OpenAPI document", async () => {
    const { code, text } = await run(
      process.execPath,
      [
        "--experimental-vm-modules",
        "--no-warnings",
        ...["test/run-tool.js", "jest"],
        ...["--config", "test/jest.config.js"],
        ...SUITES.map((suite) => `test/e2e/${suite}.spec.ts`),
      ],
      { cwd: PROJECT, env: { REST_PROXY: proxy.url } },
    );
    assert.equal(code, 0, text);
    assert.ok(proxy.count() > 100, `${proxy.count()} exchanges were judged`);
    const [invented, others] = [true, false].map((isInvented) =>
      proxy.violations().filter((one) => isQuotaOfRead(one) === isInvented),
    );
    assert.deepEqual(others, []);
    assert.notDeepEqual(invented, [], "the exception is no longer needed");
  });
});
