import type { z } from "zod";
import { describe, expect, it } from "@jest/globals";
import {
  ADVANCE,
  DELETION_RULE,
  FAULT,
  KEY,
  SNAPSHOT,
} from "../../../../src/emulator/control/control-schemas.js";
import {
  SEED_CHOICE,
  VERIFICATION_CHOICE,
} from "../../../../src/emulator/control/seed-schemas.js";
import { parse } from "../../../../src/emulator/schema.js";
import {
  EMPTY_SEED,
  SAMPLE_SEED,
} from "../../../../src/emulator/contacts/seeds.js";

const CONTACT = SAMPLE_SEED.contacts[0];

function withContact(changes: object): unknown {
  return { ...SAMPLE_SEED, contacts: [{ ...CONTACT, ...changes }] };
}

describe("a fault definition", () => {
  it.each([
    [{}, "effect must be one of"],
    [{ effect: "explode" }, "effect must be one of"],
    [{ effect: "html", operation: "Nope" }, "operation must be one of"],
    [{ effect: "html", when: "later" }, "when must be one of"],
    [{ effect: "html", times: 0 }, "times must be an integer"],
    [{ effect: "html", skip: -1 }, "skip must be an integer"],
    [{ effect: "html", probability: 0 }, "probability must be"],
    [{ effect: "html", probability: 2 }, "probability must be"],
    [{ effect: "html", ms: 1.5 }, "ms must be an integer"],
    [{ effect: "error", httpStatus: 99 }, "httpStatus must be"],
    [{ effect: "error", code: "" }, "code must be a non-empty string"],
    [{ effect: "html", color: "red" }, "unknown properties: color"],
    [{ effect: "statu503" }, "; did you mean status503?"],
    [
      { effect: "html", operation: "addMessageContct" },
      "; did you mean AddMessageContact?",
    ],
    [
      { effect: "error", code: "EntityNotExists.Contct" },
      "code is not known; did you mean EntityNotExists.Contact?",
    ],
    [{ effect: "html", tims: 1 }, "; did you mean times?"],
    ["html", "a fault must be an object"],
    [undefined, "a fault must be an object"],
  ])("is rejected: %j", (input, message) => {
    expect(() => parse(FAULT, input, "a fault")).toThrow(message);
  });

  it("keeps omitted properties absent, so that defaults apply", () => {
    expect(parse(FAULT, { effect: "html" })).toEqual({ effect: "html" });
    expect(parse(FAULT, { effect: "html", times: null })).toEqual({
      effect: "html",
      times: null,
    });
  });
});

describe("an access key definition", () => {
  it.each([
    [{}, "accessKeyId must be a non-empty string"],
    [{ accessKeyId: "a" }, "accessKeySecret must be a non-empty string"],
    [{ accessKeyId: "a", accessKeySecret: "b", isActive: 1 }, "isActive"],
    [
      { accessKeyId: "a", accessKeySecret: "b", allowedActions: "*" },
      "allowedActions must be an array",
    ],
  ])("is rejected: %j", (input, message) => {
    expect(() => parse(KEY, input)).toThrow(message);
  });
});

describe("the other request bodies", () => {
  it.each([
    ["advance", ADVANCE, { ms: -1 }, "ms must be an integer"],
    ["advance", ADVANCE, { ms: "1" }, "ms must be an integer"],
    ["advance", ADVANCE, undefined, "the body must be an object"],
    ["verification", VERIFICATION_CHOICE, {}, "must have either code, or"],
    [
      "verification",
      VERIFICATION_CHOICE,
      { contactId: "c-a" },
      "must have either code, or contactId and target",
    ],
    [
      "verification",
      VERIFICATION_CHOICE,
      { code: "1", target: "a" },
      "unknown properties: target",
    ],
    ["deletion", DELETION_RULE, {}, "failures must be an array"],
    [
      "deletion",
      DELETION_RULE,
      { failures: [{ AccountId: "1" }] },
      "failures[0].MessageTypes must be an array",
    ],
    ["snapshot", SNAPSHOT, {}, "seed must be an object"],
  ])(
    "reject an invalid %s body (%#)",
    (_name, schema: z.ZodType, input, message) => {
      expect(() => parse(schema, input)).toThrow(message);
    },
  );

  it("identify a verification by its code", () => {
    expect(parse(VERIFICATION_CHOICE, { code: "123456" })).toEqual({
      code: "123456",
    });
  });
});

describe("a seed", () => {
  it.each([
    ["nothing", "seed must be one of sample, empty"],
    ["sampel", "seed must be one of sample, empty; did you mean sample?"],
    [
      withContact({ title: "TecnicalDirector" }),
      "contacts[0].title is not known; did you mean TechnicalDirector? Known values: FinanceDirector,",
    ],
    [
      withContact({ messageTypes: ["FaultMesage"] }),
      "contacts[0].messageTypes[0] is not known; did you mean FaultMessage?",
    ],
    [
      withContact({ emailAdress: "a@b.example" }),
      "; did you mean emailAddress?",
    ],
    [null, "seed must be an object"],
    [{ contacts: [] }, "directory must be an object"],
    [withContact({ status: "Gone" }), "status must be one of"],
    [withContact({ createDate: "2023-03-27T17:19:21Z" }), "createDate must"],
    [withContact({ bindings: [{}] }), "targetId must be a non-empty string"],
    [withContact({ pendingTargets: [{ target: "a" }] }), "openedAt must be"],
    [withContact({ deletion: { status: "Done" } }), "status must be one of"],
    [
      withContact({ messageTypes: [1] }),
      "messageTypes[0] must be a non-empty string",
    ],
    [
      { ...SAMPLE_SEED, contacts: [CONTACT, CONTACT] },
      "two contacts have the same contactId",
    ],
  ])("is rejected: %j", (input, message) => {
    expect(() => parse(SEED_CHOICE, input, "seed")).toThrow(message);
  });

  it("can be given by name or in full", () => {
    expect(parse(SEED_CHOICE, "empty")).toBe(EMPTY_SEED);
    expect(parse(SEED_CHOICE, JSON.parse(JSON.stringify(SAMPLE_SEED)))).toEqual(
      SAMPLE_SEED,
    );
  });
});
