import type {
  AccountCoverage,
  AccountCoveragePage,
} from "./shapes/coverage-report.js";
import { DEFAULT_PAGE_SIZE } from "./shapes/inputs.js";

/** One page of a list that is in memory. Pages start at 1. */
export function pageOf(
  accounts: readonly AccountCoverage[],
  {
    pageNumber = 1,
    pageSize = DEFAULT_PAGE_SIZE,
  }: { readonly pageNumber?: number; readonly pageSize?: number },
): AccountCoveragePage {
  const end = pageNumber * pageSize;
  return {
    items: accounts.slice(end - pageSize, end),
    totalCount: accounts.length,
    pageNumber,
    pageSize,
    hasNextPage: end < accounts.length,
  };
}
