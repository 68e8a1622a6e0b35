import { afterAll, describe, expect, it } from "@jest/globals";
import { ConfigError, readConfig } from "../../../src/config/read-config.js";
import { newFolder } from "../../support/signed-in.js";

const folder = newFolder();
afterAll(() => folder.remove());

const valid = folder.write("valid.json", {
  accessKeyId: "id",
  accessKeySecret: "canary",
  Expiration: "ignored",
});
const incomplete = folder.write("incomplete.json", {
  accessKeySecret: "canary",
});
const UPSTREAM_ENDPOINT = "http://127.0.0.1:9";

function problemsOf(
  environment: Readonly<Record<string, string>>,
): readonly string[] {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.report).not.toContain("canary");
    return error.problems;
  }
}

describe("UPSTREAM_CREDENTIALS_FILE", () => {
  it("replaces the variables of the AccessKey", () => {
    expect(
      problemsOf({ UPSTREAM_ENDPOINT, UPSTREAM_CREDENTIALS_FILE: valid }),
    ).toEqual([]);
  });

  it.each([
    [incomplete, "UPSTREAM_CREDENTIALS_FILE: accessKeyId must be a text"],
    ["/missing", "UPSTREAM_CREDENTIALS_FILE: the file cannot be read"],
  ])("is rejected when it is unusable at the start: %s", (path, problem) => {
    expect(
      problemsOf({ UPSTREAM_ENDPOINT, UPSTREAM_CREDENTIALS_FILE: path }),
    ).toEqual([problem]);
  });

  it("is rejected together with another source of credentials", () => {
    expect(
      problemsOf({
        UPSTREAM_ENDPOINT,
        UPSTREAM_CREDENTIALS_FILE: valid,
        UPSTREAM_CREDENTIALS: "chain",
        ALIBABA_CLOUD_ACCESS_KEY_ID: "id",
      }),
    ).toEqual([
      "UPSTREAM_CREDENTIALS_FILE must not be set with UPSTREAM_CREDENTIALS=chain",
      "UPSTREAM_CREDENTIALS_FILE must not be set with ALIBABA_CLOUD_ACCESS_KEY_ID",
    ]);
  });

  it("requires STATE_SECRET with REDIS_URL, because no stable secret can be derived from it", () => {
    expect(
      problemsOf({
        UPSTREAM_ENDPOINT,
        UPSTREAM_CREDENTIALS_FILE: valid,
        REDIS_URL: "redis://127.0.0.1",
      }),
    ).toEqual([expect.stringMatching(/^STATE_SECRET must be set/)]);
  });
});

describe("a credentials file of a directory", () => {
  const directories = (file: string): string =>
    folder.write("directories.json", {
      directories: {
        main: { endpoint: UPSTREAM_ENDPOINT, credentials: { file } },
      },
    });

  it("is read at the start", () => {
    expect(problemsOf({ DIRECTORIES_FILE: directories(valid) })).toEqual([]);
    expect(problemsOf({ DIRECTORIES_FILE: directories(incomplete) })).toEqual([
      "DIRECTORIES_FILE: the credentials file of main: accessKeyId must be a text",
    ]);
  });
});
