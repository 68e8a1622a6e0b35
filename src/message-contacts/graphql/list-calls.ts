import type { UpstreamCalls } from "../../graphql/upstream-cost.js";
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from "../shapes/input-fields.js";

/** Contacts of a directory by the vendor's default quota (documented). */
export const DEFAULT_CONTACT_QUOTA = 20;

/** Calls of `messageContacts`. Nested reads are counted for each contact of the page. */
export const LIST_CALLS: UpstreamCalls = {
  calls: 1,
  callsFor: ({ hasPending }) =>
    hasPending === undefined || hasPending === null ? 0 : DEFAULT_CONTACT_QUOTA,
  items: ({ pageSize }) => maxContactsOnPage(pageSize),
};

/** Maximum number of contacts on a page; 0 for an invalid size, which is rejected. */
function maxContactsOnPage(pageSize: unknown): number {
  if (pageSize === null || pageSize === undefined) return DEFAULT_PAGE_SIZE;
  return Number(pageSize) <= MAX_PAGE_SIZE ? Math.max(0, Number(pageSize)) : 0;
}
