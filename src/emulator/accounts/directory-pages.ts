import type { EmulatorSettings } from "../settings.js";
import { invalidParameter } from "../wire/rpc-errors.js";
import type { RpcParams } from "../wire/rpc-params.js";

const DEFAULT_PAGE_SIZE = 10;
const MAX_PAGE_SIZE = 100;

/** Paging parameters of ListAccounts. */
export interface AccountPage {
  readonly pageNumber: number;
  readonly pageSize: number;
  /** Whether tokens are used in place of page numbers. */
  readonly hasTokens: boolean;
  readonly token: string | undefined;
}

/** @throws {RpcError} InvalidParameter.<name>, if `directoryPageOutOfRange` is `invalid` */
function readBounded(
  params: RpcParams,
  name: string,
  initial: number,
  max: number,
  settings: EmulatorSettings,
): number {
  const value = params.integer(name) ?? initial;
  const bounded = Math.min(Math.max(value, 1), max);
  if (value !== bounded && settings.directoryPageOutOfRange === "invalid") {
    throw invalidParameter(name);
  }
  return bounded;
}

/** @throws {RpcError} InvalidParameter.PageNumber, InvalidParameter.PageSize */
export function readDirectoryPage(
  params: RpcParams,
  settings: EmulatorSettings,
): { readonly pageNumber: number; readonly pageSize: number } {
  const read = (name: string, initial: number, max: number): number =>
    readBounded(params, name, initial, max, settings);
  return {
    pageNumber: read("PageNumber", 1, Number.MAX_SAFE_INTEGER),
    pageSize: read("PageSize", DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE),
  };
}

/** MaxResults selects token paging (documented). */
export function readAccountPage(
  params: RpcParams,
  settings: EmulatorSettings,
): AccountPage {
  const page = readDirectoryPage(params, settings);
  const token = params.text("NextToken");
  const hasTokens =
    params.has("MaxResults") ||
    (token !== undefined && settings.nextTokenWithoutMaxResults === "tokens");
  return {
    pageNumber: page.pageNumber,
    hasTokens,
    token: hasTokens ? token : undefined,
    pageSize: hasTokens
      ? readBounded(
          params,
          "MaxResults",
          DEFAULT_PAGE_SIZE,
          MAX_PAGE_SIZE,
          settings,
        )
      : page.pageSize,
  };
}

/** Content of a NextToken: sort key of the last account, number of accounts before, time. */
export interface Position {
  readonly after: string;
  readonly offset: number;
  readonly issuedAtMs: number;
}

export function toToken(position: Position): string {
  return Buffer.from(JSON.stringify(position)).toString("base64url");
}

/**
 * @returns undefined for the first page
 * @throws {RpcError} InvalidParameter.NextToken
 */
export function readToken(
  token: string,
  nowMs: number,
  settings: EmulatorSettings,
): Position | undefined {
  const position = parsed(token);
  if (
    position !== undefined &&
    nowMs - position.issuedAtMs <= settings.nextTokenTtlMs
  ) {
    return position;
  }
  if (settings.badNextToken === "restart") return undefined;
  throw invalidParameter("NextToken");
}

function parsed(token: string): Position | undefined {
  try {
    const text = Buffer.from(token, "base64url").toString("utf8");
    const { after, offset, issuedAtMs } = JSON.parse(text) as Partial<Position>;
    return typeof after === "string" &&
      Number.isSafeInteger(offset) &&
      Number.isFinite(issuedAtMs)
      ? ({ after, offset, issuedAtMs } as Position)
      : undefined;
  } catch {
    return undefined;
  }
}
