import { describe, expect, it } from "@jest/globals";
import {
  ContactLoaders,
  MAX_CONCURRENT_READS,
} from "../../../../src/message-contacts/graphql/contact.loaders.js";
import type { MessageContactsService } from "../../../../src/message-contacts/message-contacts.service.js";
import { contextOf, settled } from "../../../support/fake-upstream.js";

/** Loaders whose reads stay pending until the test ends them. */
function setUp() {
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const read = (id: string): Promise<null> => {
    begun.push(id);
    return new Promise((resolve) => ends.push(() => resolve(null)));
  };
  const service: Partial<MessageContactsService> = { getMessageContact: read };
  const loaders = new ContactLoaders(service as MessageContactsService);
  return { begun, ends, service, loaders: loaders.of(contextOf()) };
}

describe("ContactLoaders", () => {
  it("limits concurrent reads and starts the others in order", async () => {
    const { begun, ends, loaders } = setUp();
    const ids = Array.from({ length: MAX_CONCURRENT_READS + 3 }, (_, index) =>
      String(index),
    );
    const loads = loaders.contact.loadMany(ids);
    await settled();
    expect(begun).toEqual(ids.slice(0, MAX_CONCURRENT_READS));
    ends[0]?.();
    await settled();
    expect(begun).toEqual(ids.slice(0, MAX_CONCURRENT_READS + 1));
    for (const end of ends) end();
    await settled();
    for (const end of ends) end();
    await loads;
    expect(begun).toEqual(ids);
  });

  it("continues after a failed read", async () => {
    const { loaders, service } = setUp();
    service.getMessageContact = (id) =>
      id === "last" ? Promise.resolve(null) : Promise.reject(new Error("no"));
    const ids = Array.from({ length: MAX_CONCURRENT_READS }, (_, index) =>
      String(index),
    );
    const results = await loaders.contact.loadMany([...ids, "last"]);
    expect(results.slice(0, -1)).toEqual(ids.map(() => new Error("no")));
    expect(results.at(-1)).toBeNull();
  });
});
