import { closeSync, openSync, writeSync } from "node:fs";
import {
  codeOf,
  OutputHealth,
  type OnLost,
  type Output,
  type OutputStatus,
} from "./output.js";

/** A new file is readable and writable by the gateway's user only. */
const FILE_MODE = 0o600;

/** Temporary reasons why a file cannot be opened; any other means a wrong setting. */
const TEMPORARY_FAILURES = new Set([
  "EAGAIN",
  "EDQUOT",
  "EINTR",
  "EIO",
  "EMFILE",
  "ENFILE",
  "ENOSPC",
  "ESTALE",
]);

/**
 * Appends lines to a file synchronously.
 *
 * A line that cannot be written completely is counted as lost and dropped. The next
 * line is attempted again and starts on a new line.
 */
export class FileOutput implements Output {
  private readonly health: OutputHealth;
  private fd: number | null;
  /** Whether the file ends with a partial line: the next write starts a new line. */
  private isCut = false;

  /**
   * @throws {Error} if the path cannot be opened. For a temporary failure, such as a
   *   full disk, it does not throw: each line then tries to open the file again.
   */
  constructor(
    private readonly path: string,
    onLost: OnLost = () => undefined,
  ) {
    this.health = new OutputHealth(onLost);
    this.fd = this.open((failure) => {
      if (TEMPORARY_FAILURES.has(failure)) return;
      throw new Error(`AUDIT_LOG cannot be opened (${failure}).`);
    });
  }

  get status(): OutputStatus {
    return this.health.status;
  }

  write(line: string): void {
    this.fd ??= this.open(() => undefined);
    if (this.fd === null) {
      this.health.recordFailure(this.status.failure ?? "unknown", [line]);
      return;
    }
    const bytes = Buffer.from(this.isCut ? `\n${line}` : line);
    let sent = 0;
    try {
      while (sent < bytes.length) sent += writeSync(this.fd, bytes, sent);
      this.isCut = false;
      this.health.recordSuccess();
    } catch (error) {
      this.isCut ||= sent > 0;
      this.health.recordFailure(codeOf(error), [line]);
    }
  }

  /**
   * Reopens the path after a log rotation. The old file stays in use if the path
   * cannot be opened.
   *
   * @returns whether the path was opened
   */
  reopen(): boolean {
    const fd = this.open(() => undefined);
    if (fd === null) return false;
    const old = this.fd;
    this.fd = fd;
    this.isCut = false;
    this.health.recordSuccess();
    if (old !== null) closeQuietly(old);
    return true;
  }

  close(): void {
    if (this.fd !== null) closeQuietly(this.fd);
    this.fd = null;
  }

  private open(onFailure: (failure: string) => void): number | null {
    try {
      return openSync(this.path, "a", FILE_MODE);
    } catch (error) {
      const failure = codeOf(error);
      this.health.recordFailure(failure, []);
      onFailure(failure);
      return null;
    }
  }
}

function closeQuietly(fd: number): void {
  try {
    closeSync(fd);
  } catch {
    // All lines have been written, so a failed close needs no action.
  }
}
