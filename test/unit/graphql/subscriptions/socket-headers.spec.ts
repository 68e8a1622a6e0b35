import { describe, expect, it } from "@jest/globals";
import {
  headersOf,
  refusePoison,
} from "../../../../src/graphql/subscriptions/socket-headers.js";

describe("WebSocket headers", () => {
  it("include connection parameters, whose names are case-insensitive", () => {
    expect(
      headersOf(
        { host: "a.example", "accept-language": "en" },
        {
          Authorization: "Bearer x",
          "Accept-Language": "zh",
          cookie: "no",
          "x-api-key": 1,
        },
      ),
    ).toEqual({
      host: "a.example",
      "accept-language": "zh",
      authorization: "Bearer x",
    });
  });

  it.each([
    [
      "a header and a parameter",
      { authorization: "a" },
      { authorization: "b" },
    ],
    ["two parameters", {}, { authorization: "a", Authorization: "b" }],
  ])("keep two different credentials: %s", (_name, given, params) => {
    expect(headersOf(given, params)).toEqual({ authorization: ["a", "b"] });
  });

  it("merge two equal credentials", () => {
    const both = { authorization: "a" };
    expect(headersOf(both, both)).toEqual(both);
  });
});

describe("JSON from a client", () => {
  it.each(['{"a":{"__proto__":1}}', '{"constructor":{"prototype":{}}}'])(
    "is rejected if it could set a prototype: %s",
    (text) => {
      expect(() => JSON.parse(text, refusePoison) as unknown).toThrow(
        SyntaxError,
      );
    },
  );

  it("is otherwise parsed unchanged", () => {
    const value = { constructor: "a", b: [1, { c: null }] };
    expect(JSON.parse(JSON.stringify(value), refusePoison)).toEqual(value);
  });
});
