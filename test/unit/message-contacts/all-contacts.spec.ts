import { describe, expect, it } from "@jest/globals";
import type { Config } from "../../../src/config/config.js";
import { ErrorCode } from "../../../src/errors/error-codes.js";
import { AllContacts } from "../../../src/message-contacts/all-contacts.js";
import { MemoryVerificationHistory } from "../../../src/message-contacts/verifications/verification-history.js";
import { MessageContactsService } from "../../../src/message-contacts/message-contacts.service.js";
import {
  contextOf,
  FakeUpstream,
  refusedWith,
  type FakeAnswer,
} from "../../support/fake-upstream.js";

const LIST = "listMessageContacts";

const contact = (number: number): object => ({
  ContactId: `c-${number}`,
  Name: "tom",
  EmailAddress: "tom@example.com",
  Status: "Active",
});

/** A page with the contacts `from` to `to`, inclusive. */
const page = (from: number, to: number, total: number): object => ({
  TotalCount: total,
  Contacts: Array.from({ length: to - from + 1 }, (_, at) =>
    contact(from + at),
  ),
});

function reading(...answers: FakeAnswer[]) {
  const upstream = new FakeUpstream().answering(LIST, ...answers);
  const service = new MessageContactsService(
    upstream.asUpstream,
    null as never,
    null as never,
    {} as Config,
    new MemoryVerificationHistory(),
  );
  const all = new AllContacts(service, { MAX_UPSTREAM_CALLS_PER_REQUEST: 3 });
  return { upstream, read: () => all.read(contextOf()) };
}

const pagesOf = ({ calls }: FakeUpstream): unknown[] =>
  calls.map(({ params }) => (params as { PageNumber: number }).PageNumber);

describe("AllContacts", () => {
  it("reads an empty directory with one call", async () => {
    const { upstream, read } = reading({ TotalCount: 0 });
    expect(await read()).toEqual([]);
    expect(upstream.calls).toEqual([
      { operation: LIST, params: { PageNumber: 1, PageSize: 100 } },
    ]);
  });

  it.each([1, 100, 101, 200, 201])(
    "reads %i contacts unmasked, with one call per 100",
    async (total) => {
      const pages = [page(1, Math.min(100, total), total)];
      for (let from = 101; from <= total; from += 100) {
        pages.push(page(from, Math.min(from + 99, total), total));
      }
      const { upstream, read } = reading(...pages);
      const contacts = await read();
      expect(contacts.map(({ id }) => id)).toEqual(
        Array.from({ length: total }, (_, at) => `c-${at + 1}`),
      );
      expect(contacts[0]?.emailAddress).toBe("tom@example.com");
      expect(upstream.calls).toHaveLength(Math.ceil(total / 100));
    },
  );

  it.each<[string, FakeAnswer[]]>([
    ["a page repeats a contact", [page(1, 100, 101), page(100, 100, 101)]],
    ["a page lacks a contact", [page(1, 99, 101)]],
    ["the last page is empty", [page(1, 100, 101), { TotalCount: 101 }]],
    ["the total changes", [page(1, 100, 101), page(101, 102, 102)]],
    [
      "a page repeats a contact and lacks none",
      [page(1, 100, 101), page(100, 101, 101)],
    ],
    ["a page is too long", [page(1, 3, 2)]],
  ])("reads all pages again when %s", async (_, first) => {
    const { upstream, read } = reading(
      ...first,
      page(1, 100, 102),
      page(101, 102, 102),
    );
    expect(await read()).toHaveLength(102);
    expect(pagesOf(upstream).slice(-2)).toEqual([1, 2]);
    expect(upstream.calls).toHaveLength(first.length + 2);
  });

  it("fails when the pages are inconsistent twice", async () => {
    const { upstream, read } = reading(page(1, 99, 101));
    await expect(read()).rejects.toMatchObject({
      code: ErrorCode.UPSTREAM_UNAVAILABLE,
      reason: "inconsistent-list",
    });
    expect(upstream.calls).toHaveLength(2);
  });

  it("fails with the error of a later page and returns no part of the list", async () => {
    const { read } = reading(
      page(1, 100, 101),
      refusedWith(ErrorCode.UPSTREAM_THROTTLED),
    );
    await expect(read()).rejects.toMatchObject({
      code: ErrorCode.UPSTREAM_THROTTLED,
    });
  });

  it("rejects a list with more pages than one request may read, after one call", async () => {
    const { upstream, read } = reading(page(1, 100, 301));
    await expect(read()).rejects.toMatchObject({
      code: ErrorCode.REQUEST_TOO_COSTLY,
      details: { estimate: 4, limit: 3 },
    });
    expect(upstream.calls).toHaveLength(1);
  });
});
