import { closeSync, openSync, writeSync } from "node:fs";
import {
  codeOf,
  OutputHealth,
  type OnLost,
  type Output,
  type OutputStatus,
} from "./output.js";

/** A new file can be read by the gateway's own user alone. */
const FILE_MODE = 0o600;

/** Why a file cannot be opened for now; anything else is a wrong setting. */
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
 * Appends lines to a file, each of them before `write` returns.
 *
 * A line that cannot be written whole is counted and given up; the next one is
 * tried again, in a line of its own.
 */
export class FileOutput implements Output {
  private readonly health: OutputHealth;
  private fd: number | null;
  /** A fragment of a line was left behind: the next write begins a new line. */
  private isCut = false;

  /**
   * @throws {Error} where the path cannot be opened, unless only a resource is
   *   used up, such as disk space: then each line is a new attempt
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
   * Opens the path again, for after a rotation. The old file stays in use where
   * the path cannot be opened.
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
    // What was written is written; there is nobody to act on this.
  }
}
