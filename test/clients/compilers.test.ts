import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import * as documents from "./generated/graphql.js";

const generated = (name: string): Promise<string> =>
  readFile(
    new URL(`../relay/__generated__/${name}.graphql.ts`, import.meta.url),
    "utf8",
  );

describe("client compilers", () => {
  it("graphql-codegen generates a typed document for each file", () => {
    assert.deepEqual(
      Object.keys(documents)
        .filter((name) => name.endsWith("Document"))
        .sort(),
      [
        "ApplyContactsPlanDocument",
        "BindingTargetsDocument",
        "ContactListDocument",
        "ContactPageDocument",
        "ContactsPlanDocument",
        "CoverageDocument",
        "DeleteContactDocument",
        "PendingVerificationsDocument",
        "RenameContactDocument",
        "SendVerificationsDocument",
        "UpdateContactsDocument",
        "WatchDeletionDocument",
        "WatchStatusDocument",
      ],
    );
  });

  it("relay-compiler generates types without null for fields that are null only on error", async () => {
    assert.match(
      await generated("contactPageListQuery"),
      /readonly messageContacts: \{/,
    );
    assert.match(
      await generated("contactPageQuery"),
      /readonly messageContact: \{[^]*\} \| null \| undefined;/,
    );
  });

  it("relay-compiler generates an artifact for each operation and fragment", async () => {
    for (const name of [
      "contactPageQuery",
      "contactPage_card",
      "contactPageSubscription",
      "contactPageMutation",
      "contactPageDeleteMutation",
      "contactPageRefetchQuery",
    ]) {
      assert.match(await generated(name), /ReaderFragment|ConcreteRequest/);
    }
  });
});
