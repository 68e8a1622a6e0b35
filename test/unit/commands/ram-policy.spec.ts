import { describe, expect, it } from "@jest/globals";
import { policyFor } from "../../../src/commands/ram-policy.js";
import { SCOPES } from "../../../src/context/caller.js";
import { actionOf, OPERATIONS } from "../../../src/upstream/operations.js";
import type { Operation } from "../../../src/upstream/operations.js";

const actionsOf = (scopes: Parameters<typeof policyFor>[0]): string[] =>
  policyFor(scopes).Statement.flatMap(({ Action }) => Action);

describe("the RAM policy", () => {
  it("allows every operation for all scopes, with bindings on all resources", () => {
    const all = (Object.keys(OPERATIONS) as Operation[]).map(
      (one) => `resourcemanager:${actionOf(one)}`,
    );
    expect(actionsOf(SCOPES).sort()).toEqual(all.sort());
    expect(policyFor(SCOPES).Statement.at(-1)).toEqual({
      Effect: "Allow",
      Action: [
        "resourcemanager:AssociateMembers",
        "resourcemanager:DisassociateMembers",
        "resourcemanager:GetResourceDirectory",
      ],
      Resource: ["*"],
    });
  });

  it("allows the directory reads on accounts and folders for `directory:read`", () => {
    expect(policyFor(["directory:read"]).Statement).toEqual([
      {
        Effect: "Allow",
        Action: ["resourcemanager:ListAccounts"],
        Resource: ["acs:resourcemanager:*:*:account/*"],
      },
      {
        Effect: "Allow",
        Action: [
          "resourcemanager:GetFolder",
          "resourcemanager:ListFoldersForParent",
        ],
        Resource: ["acs:resourcemanager:*:*:folder/*"],
      },
      {
        Effect: "Allow",
        Action: ["resourcemanager:GetResourceDirectory"],
        Resource: ["*"],
      },
    ]);
  });

  it("is empty without scopes, and contains no write for `contacts:read`", () => {
    expect(policyFor([]).Statement).toEqual([]);
    for (const action of actionsOf(["contacts:read"])) {
      expect(action).toMatch(/:(?:Get|List)/);
    }
  });

  it("allows reading back for every write scope", () => {
    expect(actionsOf(["contacts:delete"])).toEqual(
      expect.arrayContaining([
        "resourcemanager:DeleteMessageContact",
        "resourcemanager:GetMessageContact",
      ]),
    );
  });
});
