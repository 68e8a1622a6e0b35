/** A stream that may be a terminal, such as standard error. */
export interface Terminal {
  readonly isTTY?: boolean;
  /** Width in characters; absent unless it is a terminal. */
  readonly columns?: number;
  write(text: string): unknown;
}

/** Erases the current line of a terminal. */
export const ERASE_LINE = "\r\u001b[2K";

const BAR_WIDTH = 24;

/** A bar that shows how much of a total is done, such as `██████░░░░░░ 3/6`. */
export function barOf(done: number, total: number): string {
  const filled = Math.round((done / total) * BAR_WIDTH);
  return `${"█".repeat(filled)}${"░".repeat(BAR_WIDTH - filled)} ${done}/${total}`;
}
