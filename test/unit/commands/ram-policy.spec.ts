import { describe, expect, it } from "@jest/globals";
import { policyFor } from "../../../src/commands/ram-policy.js";
import { SCOPES } from "../../../src/context/caller.js";
import { actionOf, OPERATIONS } from "../../../src/upstream/operations.js";
import type { Operation } from "../../../src/upstream/operations.js";

const actionsOf = (scopes: Parameters<typeof policyFor>[0]): string[] =>
  policyFor(scopes).Statement.flatMap(({ Action }) => Action);

describe("the vendor's policy", () => {
  it("allows every operation to all scopes, bindings over all resources", () => {
    const all = (Object.keys(OPERATIONS) as Operation[]).map(
      (one) => `resourcemanager:${actionOf(one)}`,
    );
    expect(actionsOf(SCOPES).sort()).toEqual(all.sort());
    expect(policyFor(SCOPES).Statement.at(-1)).toEqual({
      Effect: "Allow",
      Action: [
        "resourcemanager:AssociateMembers",
        "resourcemanager:DisassociateMembers",
      ],
      Resource: ["*"],
    });
  });

  it("allows nothing to no scope, and no write to readers", () => {
    expect(policyFor([]).Statement).toEqual([]);
    for (const action of actionsOf(["contacts:read"])) {
      expect(action).toMatch(/:(?:Get|List)/);
    }
  });

  it("lets a writer look what became of a write", () => {
    expect(actionsOf(["contacts:delete"])).toEqual(
      expect.arrayContaining([
        "resourcemanager:DeleteMessageContact",
        "resourcemanager:GetMessageContact",
      ]),
    );
  });
});
