import "reflect-metadata";
import { describe, expect, it } from "@jest/globals";
import {
  checkInput,
  violationsOf,
} from "../../../src/validation/check-input.js";
import { MAX_VIOLATIONS } from "../../../src/validation/invalid-input.js";
import { checkUpdates } from "../../../src/message-contacts/bulk/check-updates.js";
import { GatewayError } from "../../../src/errors/gateway-error.js";
import * as inputs from "../../../src/message-contacts/shapes/inputs.js";
import { contextOf } from "../../support/fake-upstream.js";

const many = <T>(make: (at: number) => T): T[] =>
  Array.from({ length: 20_000 }, (_, at) => make(at));

describe("violationsOf", () => {
  it.each([
    [
      "invalid items in a list",
      inputs.UpdateMessageContactInput,
      { contactId: "c-abc", messageTypes: many(() => "NONE") },
    ],
    [
      "invalid targets",
      inputs.AssociateMembersInput,
      { contactId: "c-abc", targetIds: many((at) => `no ${at}`) },
    ],
    [
      "unknown fields",
      inputs.UpdateMessageContactInput,
      Object.fromEntries(many((at) => [`x${at}`, 1])),
    ],
  ])("are reported up to the limit: %s", (_name, shape, input) => {
    expect(violationsOf(shape, input)).toHaveLength(MAX_VIOLATIONS);
  });

  it("returns at most MAX_VIOLATIONS violations of a batch", () => {
    const items = Array.from({ length: 50 }, () => ({
      contactId: "c-abc",
      messageTypes: many(() => "NONE"),
    }));
    let found = 0;
    try {
      checkUpdates(items, contextOf(), {
        PHONE_COUNTRY_CODES: ["86"],
      });
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      found = error.details.violations?.length ?? 0;
    }
    expect(found).toBe(MAX_VIOLATIONS);
  });

  it("stops checking at the limit", () => {
    let looked = 0;
    const list = many(() => "NONE");
    const counted = new Proxy(list, {
      get: (target, key, receiver): unknown => {
        if (typeof key === "string" && /^\d+$/.test(key)) looked += 1;
        return Reflect.get(target, key, receiver);
      },
    });
    violationsOf(inputs.UpdateMessageContactInput, {
      contactId: "c-abc",
      messageTypes: counted,
    });
    // The rule against duplicates visits each item once.
    expect(looked).toBeLessThanOrEqual(list.length + 2 * MAX_VIOLATIONS);
  });
});

describe("checkInput", () => {
  it("returns a copy without null properties and leaves the input unchanged", () => {
    const input = { boundTo: null, pageNumber: 2 };
    const checked = checkInput(inputs.MessageContactsArgs, input);
    expect(checked).toEqual({ pageNumber: 2 });
    expect(Object.keys(checked)).toEqual(["pageNumber"]);
    expect(input).toEqual({ boundTo: null, pageNumber: 2 });
  });

  it("rejects a property named __proto__ beside a null property", () => {
    const input = JSON.parse('{"boundTo":null,"__proto__":1}') as object;
    expect(violationsOf(inputs.MessageContactsArgs, input)).toMatchObject([
      { field: ["__proto__"], rule: "unknown-field" },
    ]);
  });

  it("returns the input itself if no property is null", () => {
    const input = { pageNumber: 2 };
    expect(checkInput(inputs.MessageContactsArgs, input)).toBe(input);
  });
});
