import { describe, expect, it } from "@jest/globals";
import {
  readAdvance,
  readDeletionRule,
  readFault,
  readKey,
  readSnapshot,
  readVerificationChoice,
} from "../../../src/emulator/control-input.js";
import { readSeed } from "../../../src/emulator/seed-input.js";
import { EMPTY_SEED, SAMPLE_SEED } from "../../../src/emulator/seeds.js";

const CONTACT = SAMPLE_SEED.contacts[0];

function withContact(changes: object): unknown {
  return { ...SAMPLE_SEED, contacts: [{ ...CONTACT, ...changes }] };
}

describe("readFault", () => {
  it.each([
    [{}, "effect must be one of"],
    [{ effect: "explode" }, "effect must be one of"],
    [{ effect: "html", operation: "Nope" }, "operation must be one of"],
    [{ effect: "html", when: "later" }, "when must be one of"],
    [{ effect: "html", times: 0 }, "times must be a whole number"],
    [{ effect: "html", skip: -1 }, "skip must be a whole number"],
    [{ effect: "html", probability: 0 }, "probability must be"],
    [{ effect: "html", probability: 2 }, "probability must be"],
    [{ effect: "html", ms: 1.5 }, "ms must be a whole number"],
    [{ effect: "error", httpStatus: 99 }, "httpStatus must be"],
    [{ effect: "error", code: "" }, "code must be a text"],
    [{ effect: "html", color: "red" }, "unknown members: color"],
    ["html", "a fault must be an object"],
    [undefined, "a fault must be an object"],
  ])("refuses %j", (input, message) => {
    expect(() => readFault(input)).toThrow(message);
  });

  it("leaves out what was left out, so that defaults count", () => {
    expect(readFault({ effect: "html" })).toEqual({ effect: "html" });
    expect(readFault({ effect: "html", times: null })).toEqual({
      effect: "html",
      times: null,
    });
  });
});

describe("readKey", () => {
  it.each([
    [{}, "accessKeyId must be a text"],
    [{ accessKeyId: "a" }, "accessKeySecret must be a text"],
    [{ accessKeyId: "a", accessKeySecret: "b", isActive: 1 }, "isActive"],
    [
      { accessKeyId: "a", accessKeySecret: "b", allowedActions: "*" },
      "allowedActions must be a list",
    ],
  ])("refuses %j", (input, message) => {
    expect(() => readKey(input)).toThrow(message);
  });
});

describe("other bodies", () => {
  it.each([
    [readAdvance, { ms: -1 }],
    [readAdvance, { ms: "1" }],
    [readAdvance, undefined],
    [readVerificationChoice, {}],
    [readVerificationChoice, { contactId: "c-a" }],
    [readDeletionRule, {}],
    [readDeletionRule, { failures: [{ AccountId: "1" }] }],
    [readSnapshot, {}],
  ])("%p refuses %j", (read, input) => {
    expect(() => read(input)).toThrow(/must/);
  });

  it("name a verification by its code as well", () => {
    expect(readVerificationChoice({ code: "123456" })).toEqual({
      code: "123456",
    });
  });
});

describe("readSeed", () => {
  it.each([
    ["nothing", "seed must be one of sample, empty"],
    [null, "seed must be an object"],
    [{ contacts: [] }, "directory must be an object"],
    [withContact({ status: "Gone" }), "status must be one of"],
    [withContact({ createDate: "2023-03-27T17:19:21Z" }), "createDate must"],
    [withContact({ bindings: [{}] }), "targetId must be a text"],
    [withContact({ pendingTargets: [{ target: "a" }] }), "openedAt must be"],
    [withContact({ deletion: { status: "Done" } }), "status must be one of"],
    [withContact({ messageTypes: [1] }), "messageTypes must hold texts"],
    [
      { ...SAMPLE_SEED, contacts: [CONTACT, CONTACT] },
      "two contacts have the same contactId",
    ],
  ])("refuses %j", (input, message) => {
    expect(() => readSeed(input)).toThrow(message);
  });

  it("knows the named seeds, and reads them spelled out", () => {
    expect(readSeed("empty")).toBe(EMPTY_SEED);
    expect(readSeed(JSON.parse(JSON.stringify(SAMPLE_SEED)))).toEqual(
      SAMPLE_SEED,
    );
  });
});
