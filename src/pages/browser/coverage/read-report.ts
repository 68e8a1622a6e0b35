import type { Account, Folder, Report } from "./report.js";

/** What is asked for. */
export interface Question {
  readonly requiredTypes: readonly string[];
  readonly minRecipients: number;
  /** Id of a folder or an account; undefined for the whole directory. */
  readonly under: string | undefined;
}

/** How it is asked. */
export interface Sender {
  /** Request headers of the credential and the directory. */
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Whether to bypass the caches of the gateway. */
  readonly isFresh: boolean;
}

/** A problem document, or a failure without one. */
export class ReportError extends Error {
  constructor(
    /** Error code; null when there was no problem document. */
    readonly code: string | null,
    message: string,
  ) {
    super(message);
  }
}

const PAGE_SIZE = 1_000;

/** The accounts changed between two pages that often. */
const MAX_TRIES = 3;

interface Page {
  readonly items: readonly Account[];
  readonly folders: readonly Folder[] | null;
  readonly summary: Report["summary"];
  readonly totalCount: number;
  readonly hasNextPage: boolean;
}

/**
 * Reads all pages of the report. Never resolves with a part of it.
 *
 * @throws {ReportError}
 */
export async function readReport(
  question: Question,
  sender: Sender,
): Promise<Report> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const report = await readPages(question, sender);
    if (report !== null) return report;
  }
  throw new ReportError(null, "The accounts change too often.");
}

/** Resolves with null when the accounts changed between two pages. */
async function readPages(
  question: Question,
  sender: Sender,
): Promise<Report | null> {
  const first = await readFirst(question, sender);
  const accounts = [...first.items];
  let page = first;
  for (let pageNumber = 2; page.hasNextPage; pageNumber += 1) {
    page = await read(question, { ...sender, isFresh: false }, { pageNumber });
    if (page.totalCount !== first.totalCount) return null;
    accounts.push(...page.items);
  }
  const ids = new Set(accounts.map(({ accountId }) => accountId));
  if (ids.size !== first.totalCount) return null;
  return { accounts, folders: first.folders, summary: first.summary };
}

/** The first page with the names of folders, if that does not need too many calls. */
async function readFirst(question: Question, sender: Sender): Promise<Page> {
  try {
    return await read(question, sender, { withFolders: true });
  } catch (error) {
    if (error instanceof ReportError && error.code === "REQUEST_TOO_COSTLY") {
      return read(question, sender, {});
    }
    throw error;
  }
}

async function read(
  question: Question,
  sender: Sender,
  more: Readonly<Record<string, unknown>>,
): Promise<Page> {
  const query = queryOf(question, {
    onlyGaps: false,
    pageSize: PAGE_SIZE,
    ...more,
  });
  const response = await send(query, sender);
  return (await response.json()) as Page;
}

/**
 * Reads the report as CSV.
 *
 * @throws {ReportError}
 */
export async function readCsv(
  question: Question,
  onlyGaps: boolean,
  sender: Sender,
): Promise<Blob> {
  const query = queryOf(question, { onlyGaps, format: "csv" });
  return (await send(query, sender)).blob();
}

function queryOf(
  { requiredTypes, minRecipients, under }: Question,
  more: Readonly<Record<string, unknown>>,
): URLSearchParams {
  const query = new URLSearchParams(
    requiredTypes.map((type): [string, string] => ["requiredTypes", type]),
  );
  for (const [name, value] of Object.entries({ minRecipients, ...more })) {
    query.set(name, String(value));
  }
  if (under !== undefined) query.set("under", under);
  return query;
}

async function send(
  query: URLSearchParams,
  { headers, signal, isFresh }: Sender,
): Promise<Response> {
  // Relative to the page, so that it works below the prefix of a proxy.
  const response = await fetch(`v1/coverage?${query.toString()}`, {
    signal,
    headers: {
      ...headers,
      "accept-language": document.documentElement.lang,
      ...(isFresh ? { "cache-control": "no-cache" } : {}),
    },
  }).catch((error: unknown) => {
    if (signal.aborted) throw error;
    throw new ReportError(null, "The gateway is unreachable.");
  });
  if (response.ok) return response;
  const problem = (await response.json().catch(() => ({}))) as {
    readonly code?: string;
    readonly title?: string;
    readonly detail?: string;
  };
  throw new ReportError(
    problem.code ?? null,
    [problem.title, problem.detail].filter(Boolean).join(" ") ||
      `HTTP ${response.status}`,
  );
}
