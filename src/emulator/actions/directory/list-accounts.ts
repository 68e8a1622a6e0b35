import { createHash } from "node:crypto";
import { checkMayList } from "../../accounts/callers.js";
import { readFilters } from "../../accounts/directory-filters.js";
import {
  readAccountPage,
  readToken,
  toToken,
  type AccountPage,
} from "../../accounts/directory-pages.js";
import {
  DEFAULT_TIME,
  describeList,
  describeManagementAccount,
  describeMember,
} from "../../accounts/directory-response.js";
import type { SeedMember } from "../../accounts/directory-seed.js";
import type { EmulatorSettings } from "../../settings.js";
import type { ResponseBody } from "../../wire/rpc-response.js";
import { BOOLEAN, INTEGER, TEXT, type RpcAction } from "../action.js";

/** Lists the members of the directory, in all folders. */
export const listAccounts: RpcAction = {
  name: "ListAccounts",
  isWrite: false,
  parameters: {
    PageNumber: INTEGER,
    PageSize: INTEGER,
    MaxResults: INTEGER,
    NextToken: TEXT,
    QueryKeyword: TEXT,
    IncludeTags: BOOLEAN,
  },
  prepare(params, settings) {
    const page = readAccountPage(params, settings);
    const passes = readFilters(params, settings);
    const hasTags = params.flag("IncludeTags") ?? false;
    return ({ store, clock, caller, slip }) => {
      const { directory } = store;
      checkMayList(directory, caller, settings);
      const rows = directory.source.members
        .filter(passes)
        .map((member) => ({ member, key: keyOf(member, settings) }))
        .sort((one, other) => (one.key < other.key ? -1 : 1));
      const first = firstRow(rows, page, clock.now(), slip, settings);
      const shown = rows.slice(first, first + page.pageSize);
      const end = first + shown.length;
      const isLast = end >= rows.length;
      const accounts = shown.map(({ member }) =>
        describeMember(directory, member, hasTags, settings),
      );
      const hasManager = settings.managementAccountListed;
      if (hasManager && isLast && end > first - 1) {
        accounts.push(describeManagementAccount(directory));
      }
      const total = rows.length + (hasManager ? 1 : 0);
      return {
        ...describeCounts(page, total, settings),
        ...describeToken(
          page.hasTokens && !isLast
            ? toToken({
                after: rows[end - 1]?.key ?? "",
                offset: end,
                issuedAtMs: clock.now(),
              })
            : undefined,
          settings,
        ),
        ...describeList("Accounts", "Account", accounts, settings),
      };
    };
  },
};

/** Index of the page's first row. A slip shifts every page but the first. */
function firstRow(
  rows: readonly { readonly key: string }[],
  { hasTokens, token, pageNumber, pageSize }: AccountPage,
  nowMs: number,
  slip: number,
  settings: EmulatorSettings,
): number {
  if (!hasTokens) {
    const first = (pageNumber - 1) * pageSize;
    return first === 0 ? 0 : Math.max(0, first + slip);
  }
  const position =
    token === undefined ? undefined : readToken(token, nowMs, settings);
  if (position === undefined) return 0;
  if (settings.nextTokenPosition === "offset") {
    return Math.max(0, position.offset + slip);
  }
  const next = rows.findIndex(({ key }) => key > position.after);
  return Math.max(0, (next < 0 ? rows.length : next) + slip);
}

/** Sort key, unique for each account. */
function keyOf(
  { accountId, joinTime = DEFAULT_TIME }: SeedMember,
  { accountOrder }: EmulatorSettings,
): string {
  return accountOrder === "shuffled"
    ? createHash("sha256").update(accountId).digest("hex")
    : `${joinTime} ${accountId}`;
}

function describeCounts(
  { hasTokens, pageNumber, pageSize }: AccountPage,
  total: number,
  { tokenPagingCounts }: EmulatorSettings,
): ResponseBody {
  if (hasTokens && tokenPagingCounts === "none") return {};
  if (hasTokens && tokenPagingCounts === "total") return { TotalCount: total };
  return { TotalCount: total, PageSize: pageSize, PageNumber: pageNumber };
}

function describeToken(
  token: string | undefined,
  { lastNextToken }: EmulatorSettings,
): ResponseBody {
  if (token !== undefined) return { NextToken: token };
  return lastNextToken === "empty" ? { NextToken: "" } : {};
}
