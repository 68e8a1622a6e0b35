import { afterAll, describe, expect, it } from "@jest/globals";
import { readConfig } from "../../../src/config/read-config.js";
import { blocksOf } from "../../support/docs.js";
import { newFolder } from "../../support/signed-in.js";

const folder = newFolder();
afterAll(() => folder.remove());

describe("the example files in configuration.md", () => {
  const files = blocksOf("docs/configuration.md")
    .filter(({ language }) => language === "json")
    .map(({ text }) => JSON.parse(text) as object);
  const fileWith = (member: string): string => {
    const found = files.find((file) => Object.hasOwn(file, member));
    return folder.write(`${member}.json`, found ?? {});
  };

  it("are valid", () => {
    const config = readConfig({
      API_KEYS_FILE: fileWith("keys"),
      JWT_ISSUERS_FILE: fileWith("issuers"),
      DIRECTORIES_FILE: fileWith("directories"),
      PERSISTED_DOCUMENTS: "prefer",
      PERSISTED_DOCUMENTS_FILE: fileWith("contact-name"),
      DEFAULT_KEY_ID: "an-id",
      DEFAULT_KEY_SECRET: "a-secret",
    });
    expect([...config.directories.keys()]).toEqual(["default", "subsidiary"]);
    expect(config.issuers).toHaveLength(1);
    expect([...config.documents.keys()]).toEqual(["contact-name"]);
  });
});
