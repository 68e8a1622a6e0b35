import { describe, expect, it } from "@jest/globals";
import {
  errorResponse,
  serializeResponse,
  successResponse,
} from "../../../../src/emulator/wire/rpc-response.js";
import { rpcError } from "../../../../src/emulator/wire/rpc-errors.js";

const RESPONSE = successResponse("ListMessageContacts", "R", {
  TotalCount: 1,
  Contacts: [{ Name: `<&">\u0000\uD800`, MessageTypes: ["a", "b"] }],
  Empty: [],
});

describe("serializeResponse", () => {
  it("writes JSON with RequestId first", () => {
    const { contentType, text, httpStatus } = serializeResponse(
      RESPONSE,
      "JSON",
    );
    expect(httpStatus).toBe(200);
    expect(contentType).toBe("application/json;charset=utf-8");
    expect(Object.keys(JSON.parse(text) as object)[0]).toBe("RequestId");
  });

  it("writes well-formed XML with repeated elements for lists", () => {
    expect(serializeResponse(RESPONSE, "XML").text).toBe(
      '<?xml version="1.0" encoding="UTF-8"?><ListMessageContactsResponse><RequestId>R</RequestId><TotalCount>1</TotalCount><Contacts><Name>&lt;&amp;&quot;&gt;</Name><MessageTypes>a</MessageTypes><MessageTypes>b</MessageTypes></Contacts></ListMessageContactsResponse>',
    );
  });
});

describe("errorResponse", () => {
  it("returns the vendor's five properties", () => {
    const { body, httpStatus, rootElement } = errorResponse(
      rpcError("EntityNotExists.Contact"),
      "R",
      "resourcedirectory.aliyuncs.com",
    );
    expect(httpStatus).toBe(404);
    expect(rootElement).toBe("Error");
    expect(body).toEqual({
      RequestId: "R",
      HostId: "resourcedirectory.aliyuncs.com",
      Code: "EntityNotExists.Contact",
      Message: "This Contact does not exist.",
      Recommend:
        "https://api.aliyun.com/troubleshoot?q=EntityNotExists.Contact&product=ResourceDirectoryMaster",
    });
  });
});
