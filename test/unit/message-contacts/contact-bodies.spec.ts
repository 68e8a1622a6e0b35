import { describe, expect, it } from "@jest/globals";
import { callerWith, type Scope } from "../../../src/context/caller.js";
import {
  openContext,
  type RequestContext,
} from "../../../src/context/request-context.js";
import {
  ContactBodies,
  entityTag,
} from "../../../src/message-contacts/contact-bodies.js";
import type { VendorContact } from "../../../src/upstream/vendor/vendor-types.js";

const TOM: VendorContact = {
  ContactId: "c-1",
  Name: "tom",
  EmailAddress: "tom@example.com",
  Title: "CEO",
  MessageTypes: ["ServiceMessage"],
  Members: ["fd-1"],
  Status: "Active",
  CreateDate: "2023-03-27 17:19:21",
};

function contextWith(...scopes: Scope[]): RequestContext {
  return openContext({}, callerWith("ann", scopes, ["default"]));
}

const MAY_SEE = contextWith("contacts:read", "contacts:read-personal");
const MAY_NOT = contextWith("contacts:read");

describe("the body of a contact", () => {
  it("is computed once for each caller with the same rights", () => {
    const bodies = new ContactBodies();
    let computed = 0;
    const versionOf = (): string => {
      computed += 1;
      return "v1";
    };
    const first = bodies.of(TOM, MAY_SEE, versionOf);
    expect(bodies.of(TOM, MAY_SEE, versionOf)).toBe(first);
    expect(computed).toBe(1);
    expect(bodies.of({ ...TOM }, MAY_SEE, versionOf)).toEqual(first);
    expect(computed).toBe(2);
  });

  it("is masked for a caller without contacts:read-personal, independent of who reads first", () => {
    for (const order of [
      [MAY_SEE, MAY_NOT],
      [MAY_NOT, MAY_SEE],
    ]) {
      const bodies = new ContactBodies();
      const text = new Map(
        order.map((one) => [one, bodies.of(TOM, one, () => "v1").text]),
      );
      expect(text.get(MAY_SEE)).toContain('"tom@example.com"');
      expect(text.get(MAY_NOT)).toContain('"t***@example.com"');
    }
  });

  it("has an entity tag that begins with the version and depends on the text", () => {
    const bodies = new ContactBodies();
    const { etag, text } = bodies.of(TOM, MAY_SEE, () => "v1");
    expect(etag).toBe(entityTag(text, "v1"));
    expect(etag).toMatch(/^"v1\.[\w-]{16}"$/);
    expect(bodies.of(TOM, MAY_NOT, () => "v1").etag).not.toBe(etag);
  });
});
