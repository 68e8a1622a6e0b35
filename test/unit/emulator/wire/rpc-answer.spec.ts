import { describe, expect, it } from "@jest/globals";
import {
  errorAnswer,
  renderAnswer,
  successAnswer,
} from "../../../../src/emulator/wire/rpc-answer.js";
import { rpcError } from "../../../../src/emulator/wire/rpc-errors.js";

const ANSWER = successAnswer("ListMessageContacts", "R", {
  TotalCount: 1,
  Contacts: [{ Name: `<&">\u0000\uD800`, MessageTypes: ["a", "b"] }],
  Empty: [],
});

describe("renderAnswer", () => {
  it("writes JSON with RequestId first", () => {
    const { contentType, text, httpStatus } = renderAnswer(ANSWER, "JSON");
    expect(httpStatus).toBe(200);
    expect(contentType).toBe("application/json;charset=utf-8");
    expect(Object.keys(JSON.parse(text) as object)[0]).toBe("RequestId");
  });

  it("writes well-formed XML with repeated elements for lists", () => {
    expect(renderAnswer(ANSWER, "XML").text).toBe(
      '<?xml version="1.0" encoding="UTF-8"?><ListMessageContactsResponse><RequestId>R</RequestId><TotalCount>1</TotalCount><Contacts><Name>&lt;&amp;&quot;&gt;</Name><MessageTypes>a</MessageTypes><MessageTypes>b</MessageTypes></Contacts></ListMessageContactsResponse>',
    );
  });
});

describe("errorAnswer", () => {
  it("returns the vendor's five properties", () => {
    const { body, httpStatus, rootElement } = errorAnswer(
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
