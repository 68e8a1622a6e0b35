import { describe, expect, it } from "@jest/globals";
import {
  canonicalQuery,
  canonicalRequestV3,
  isSameSignature,
  parseV3Authorization,
  percentEncode,
  sha256Hex,
  signV1,
  signV3,
  stringToSignV1,
  stringToSignV3,
} from "../../../../src/emulator/wire/rpc-signature.js";

const NONCE = "7f6b1c0e5d2a4a3f9b8c1d2e3f4a5b6c";
const SERVICE_PARAMS: [string, string][] = [
  ["Name", "张三"],
  ["EmailAddress", "ops+rd@example.com"],
  ["PhoneNumber", "86-13900001234"],
  ["Title", "TechnicalDirector"],
  ["MessageTypes.1", "ServiceMessage"],
  ["MessageTypes.2", "FaultMessage"],
];
const PARAMS: [string, string][] = [
  ["Action", "AddMessageContact"],
  ...SERVICE_PARAMS,
  ["Timestamp", "2024-01-02T03:04:05Z"],
  ["SignatureNonce", NONCE],
  ["Version", "2022-04-19"],
  ["Format", "JSON"],
  ["AccessKeyId", "testid"],
  ["SignatureMethod", "HMAC-SHA1"],
  ["SignatureVersion", "1.0"],
];

describe("percentEncode", () => {
  it.each([
    ["a b", "a%20b"],
    ["!'()*", "%21%27%28%29%2A"],
    ["-_.~", "-_.~"],
    ["+/=&%", "%2B%2F%3D%26%25"],
    ["张", "%E5%BC%A0"],
  ])("encodes %s as %s", (text, encoded) => {
    expect(percentEncode(text)).toBe(encoded);
  });
});

describe("canonicalQuery", () => {
  it("sorts names by bytes, upper case first", () => {
    expect(
      canonicalQuery([
        ["b", "1"],
        ["a", "2"],
        ["B", "3"],
        ["a.1", "4"],
      ]),
    ).toBe("B=3&a=2&a.1=4&b=1");
  });
});

describe("signature version 1", () => {
  it("encodes the canonical query twice", () => {
    expect(stringToSignV1("POST", PARAMS)).toBe(
      "POST&%2F&AccessKeyId%3Dtestid%26Action%3DAddMessageContact%26EmailAddress%3Dops%252Brd%2540example.com%26Format%3DJSON%26MessageTypes.1%3DServiceMessage%26MessageTypes.2%3DFaultMessage%26Name%3D%25E5%25BC%25A0%25E4%25B8%2589%26PhoneNumber%3D86-13900001234%26SignatureMethod%3DHMAC-SHA1%26SignatureNonce%3D7f6b1c0e5d2a4a3f9b8c1d2e3f4a5b6c%26SignatureVersion%3D1.0%26Timestamp%3D2024-01-02T03%253A04%253A05Z%26Title%3DTechnicalDirector%26Version%3D2022-04-19",
    );
  });

  it("does not cover the parameter Signature", () => {
    expect(stringToSignV1("POST", [...PARAMS, ["Signature", "x"]])).toBe(
      stringToSignV1("POST", PARAMS),
    );
  });

  it.each<[string, string, [string, string][], string]>([
    ["a POST", "POST", PARAMS, "3nF/E3cWqOaRRJtchYgTV/PaclI="],
    ["a GET", "GET", PARAMS, "N4QqFqP+AFakhJ9XrxIaI/W5cHo="],
    [
      "a temporary key",
      "POST",
      [
        ...PARAMS.filter(([name]) => name !== "AccessKeyId"),
        ["AccessKeyId", "STS.testid"],
        ["SecurityToken", "tok+/="],
      ],
      "Uvr0AAWrIkV7ZshyiQaPphTnJ2o=",
    ],
    [
      "the vendor's published example",
      "GET",
      [
        ["AccessKeyId", "testid"],
        ["Action", "DescribeRegions"],
        ["Format", "XML"],
        ["SignatureMethod", "HMAC-SHA1"],
        ["SignatureNonce", "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf"],
        ["SignatureVersion", "1.0"],
        ["Timestamp", "2016-02-23T12:46:24Z"],
        ["Version", "2014-05-26"],
      ],
      "OLeaidS1JvxuMvnyHOwuJ+uX5qY=",
    ],
  ])("gives the known value for %s", (_what, method, params, expected) => {
    expect(signV1(stringToSignV1(method, params), "testsecret")).toBe(expected);
  });
});

describe("signature version 3", () => {
  const headers = {
    host: "resourcedirectory.aliyuncs.com",
    "x-acs-action": "AddMessageContact",
    "x-acs-content-sha256": sha256Hex(Buffer.alloc(0)),
    "x-acs-date": "2024-01-02T03:04:05Z",
    "x-acs-signature-nonce": NONCE,
    "x-acs-version": "2022-04-19",
  };
  const canonical = canonicalRequestV3({
    method: "POST",
    path: "/",
    query: SERVICE_PARAMS,
    headers,
    signedHeaders: Object.keys(headers),
    body: Buffer.alloc(0),
  });

  it("produces the expected hash of the canonical request", () => {
    expect(sha256Hex(Buffer.from(canonical))).toBe(
      "7c753d62ab98148d4e9049336466f2b1be8025acab841c18de3141c20f10b19f",
    );
  });

  it("produces the expected signature", () => {
    expect(signV3(stringToSignV3(canonical), "testsecret")).toBe(
      "cd3947c41ff9b84b404e2ca8784d0f22561fc0914852810a552bd2801a75017d",
    );
  });

  it("parses the Authorization header, with header names in any case", () => {
    expect(
      parseV3Authorization(
        "ACS3-HMAC-SHA256 Credential=testid,SignedHeaders=host;X-Acs-Date,Signature=ab12",
      ),
    ).toEqual({
      keyId: "testid",
      signedHeaders: ["host", "x-acs-date"],
      signature: "ab12",
    });
  });

  it.each(["", "Bearer x", "ACS3-HMAC-SHA256 Credential=a", "acs a:b"])(
    "returns undefined for the header %j",
    (header) => {
      expect(parseV3Authorization(header)).toBeUndefined();
    },
  );
});

describe("isSameSignature", () => {
  it("compares signatures of equal and different lengths", () => {
    expect(isSameSignature("abc", "abc")).toBe(true);
    expect(isSameSignature("abc", "abd")).toBe(false);
    expect(isSameSignature("", "abc")).toBe(false);
  });
});
