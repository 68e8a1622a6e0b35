import { Readable } from "node:stream";
import { describe, expect, it } from "@jest/globals";
import type { IncomingMessage } from "node:http";
import {
  mergeParams,
  readBody,
  RpcParams,
} from "../../../../src/emulator/wire/rpc-params.js";

const FORM = "application/x-www-form-urlencoded";

function params(values: Record<string, string>): RpcParams {
  return new RpcParams(new Map(Object.entries(values)));
}

describe("mergeParams", () => {
  it("rejects a body that is not a form", () => {
    expect(() =>
      mergeParams(new URLSearchParams(), Buffer.from("{}"), "application/json"),
    ).toThrow("Content-Type");
  });

  it("rejects a body that is too large", () => {
    expect(() => mergeParams(new URLSearchParams(), "too large", FORM)).toThrow(
      "body",
    );
  });

  it("merges query and body; the body overrides the query", () => {
    const merged = mergeParams(
      new URLSearchParams("a=1&b=2"),
      Buffer.from("b=3&c=%E5%BC%A0"),
      `${FORM}; charset=utf-8`,
    );
    expect(Object.fromEntries(merged.entries())).toEqual({
      a: "1",
      b: "3",
      c: "张",
    });
  });

  it("requires no content type without a body", () => {
    const merged = mergeParams(
      new URLSearchParams("a=1"),
      Buffer.alloc(0),
      undefined,
    );
    expect(merged.text("a")).toBe("1");
  });
});

describe("RpcParams", () => {
  it("treats an empty value as absent", () => {
    expect(params({ Name: "" }).text("Name")).toBeUndefined();
    expect(params({ Name: "" }).has("Name")).toBe(true);
  });

  it("collects a list by ascending index, with or without gaps", () => {
    const list = { "M.10": "c", "M.2": "b", "M.1": "a", "M.x": "no", M: "no" };
    expect(params(list).list("M")).toEqual(["a", "b", "c"]);
  });

  it.each([{}, { "M.1": "" }, { "M.0": "a" }, { M: '["a"]' }])(
    "finds no list in %j",
    (values) => {
      expect(
        params(values as Record<string, string>).list("M"),
      ).toBeUndefined();
    },
  );

  it.each([
    ["1", 1],
    ["-7", -7],
    ["2147483647", 2147483647],
    ["2147483648", Number.NaN],
    ["1.5", Number.NaN],
    ["1e3", Number.NaN],
    ["abc", Number.NaN],
    [" 1", Number.NaN],
  ])("reads %j as the int32 %d", (text, expected) => {
    expect(params({ N: text }).integer("N")).toBe(expected);
  });

  it("accepts only true and false as booleans", () => {
    expect(params({ B: "true" }).flag("B")).toBe(true);
    expect(params({ B: "false" }).flag("B")).toBe(false);
    expect(params({ B: "True" }).flag("B")).toBeUndefined();
  });
});

describe("readBody", () => {
  const stream = (text: string) =>
    Readable.from([Buffer.from(text)]) as unknown as IncomingMessage;

  it("reports a body that exceeds the limit", async () => {
    expect(await readBody(stream("12345"), 4)).toBe("too large");
  });

  it("reads a body up to the limit", async () => {
    expect(String(await readBody(stream("1234"), 4))).toBe("1234");
  });
});
