import { write, writeSync } from "node:fs";
import {
  codeOf,
  OutputHealth,
  type OnLost,
  type Output,
  type OutputStatus,
} from "./output.js";

/**
 * Writes up to this size to a pipe are atomic (`PIPE_BUF` of Linux), so that lines of
 * several processes on one pipe do not interleave.
 */
const ATOMIC_WRITE_BYTES = 4_096;

/**
 * Each write takes one iteration of the event loop. With more pending chunks than
 * this, several are written at once. Linux still writes them without interleaving as
 * long as the pipe has space for all of them.
 */
const MAX_CHUNKS_WRITTEN_SINGLY = 4;
const CHUNKS_AT_ONCE = 8;

/** Pending lines are written once they have this many characters. */
const BATCH_LENGTH = ATOMIC_WRITE_BYTES - 512;

/** Maximum time for which lines stay pending. */
const FLUSH_MS = 100;

/** Pause before a write to a full pipe is retried. */
const FULL_PIPE_PAUSE_MS = 5;

/** Maximum number of pending characters: a stalled reader must not exhaust the memory. */
const MAX_PENDING_LENGTH = 1024 * 1024;

/** A write that takes longer than this means that the reader has stalled. */
const STALLED_AFTER_MS = 1_000;

/** Maximum number of attempts to write to a full pipe at exit. */
const ATTEMPTS_AT_EXIT = 40;

/** Bytes to write, and how many of them are written. */
interface Chunk {
  readonly bytes: Buffer;
  sent: number;
}

/** Failure code of an output whose reader has stalled. */
const STALLED = "stalled";

/**
 * Writes lines to a file descriptor (standard output or standard error) without
 * blocking the event loop.
 *
 * A line that cannot be written is counted as lost and dropped; the next line is
 * attempted again. A closed pipe, a full disk or a stalled reader never throws and
 * never ends the process.
 */
export class StreamOutput implements Output {
  private readonly health: OutputHealth;
  private readonly chunks: string[] = [];
  private pendingLength = 0;
  private current: Chunk | null = null;
  private isWriting = false;
  private startedAtMs = 0;
  /** Whether the output ends with a partial line: the next write starts a new line. */
  private isCut = false;
  private isBatched: boolean;
  private readonly flushing: NodeJS.Timeout | undefined;
  private readonly onExit = (): void => this.writePending();

  constructor(
    private readonly fd: number,
    options: {
      /** Whether lines are collected for up to 100 ms and written together. */
      readonly isBatched: boolean;
      readonly onLost?: OnLost;
    },
  ) {
    this.health = new OutputHealth(options.onLost ?? (() => undefined));
    this.isBatched = options.isBatched;
    if (this.isBatched) {
      this.flushing = setInterval(() => this.start(), FLUSH_MS).unref();
    }
    process.on("exit", this.onExit);
  }

  get status(): OutputStatus {
    return this.health.status;
  }

  write(line: string): void {
    const { length } = line;
    if (this.pendingLength + length > MAX_PENDING_LENGTH) {
      this.health.recordFailure(STALLED, [line]);
      return;
    }
    const last = this.chunks.length - 1;
    const open = this.chunks[last];
    if (open !== undefined && open.length + length <= ATOMIC_WRITE_BYTES) {
      this.chunks[last] = open + line;
    } else this.chunks.push(line);
    this.pendingLength += length;
    if (!this.isWriting && this.hasBatch) this.start();
  }

  close(): void {
    clearInterval(this.flushing);
    process.off("exit", this.onExit);
    this.isBatched = false;
    this.writePending();
  }

  private get hasBatch(): boolean {
    return this.pendingLength >= (this.isBatched ? BATCH_LENGTH : 1);
  }

  private start(): void {
    if (this.isWriting) return;
    const chunk = this.next();
    if (chunk === null) return;
    const { bytes, sent } = chunk;
    this.isWriting = true;
    this.startedAtMs = performance.now();
    write(this.fd, bytes, sent, bytes.length - sent, null, (error, count) => {
      this.isWriting = false;
      this.written(chunk, error, count);
    });
  }

  private next(): Chunk | null {
    if (this.current !== null) return this.current;
    if (this.chunks.length === 0) return null;
    const isBehind = this.chunks.length > MAX_CHUNKS_WRITTEN_SINGLY;
    const text = this.chunks.splice(0, isBehind ? CHUNKS_AT_ONCE : 1).join("");
    this.pendingLength -= text.length;
    this.current = {
      bytes: Buffer.from(this.isCut ? `\n${text}` : text),
      sent: 0,
    };
    this.isCut = false;
    return this.current;
  }

  private written(chunk: Chunk, error: Error | null, count: number): void {
    if (error !== null && codeOf(error) === "EAGAIN") {
      // The pipe is full: retry, because the reader may continue.
      setTimeout(() => this.start(), FULL_PIPE_PAUSE_MS).unref();
      return;
    }
    if (error !== null) this.giveUp(chunk, codeOf(error));
    else this.advance(chunk, count);
    if (this.current !== null || this.hasBatch) this.start();
  }

  private advance(chunk: Chunk, count: number): void {
    chunk.sent += count;
    if (chunk.sent < chunk.bytes.length) return;
    if (this.current === chunk) this.current = null;
    this.health.recordSuccess();
  }

  private giveUp(chunk: Chunk, failure: string): void {
    if (this.current === chunk) this.current = null;
    const { bytes, sent } = chunk;
    const whole = bytes.subarray(0, sent).lastIndexOf("\n") + 1;
    this.isCut = sent > whole;
    const lines = bytes
      .subarray(whole)
      .toString()
      .split(/(?<=\n)/)
      .filter((line) => line !== "\n" && line !== "");
    this.health.recordFailure(failure, lines);
  }

  /** Writes synchronously at exit; gives up soon if the reader has stalled. */
  private writePending(): void {
    if (this.isWriting) {
      // The running write is in the thread pool and cannot be awaited here.
      if (performance.now() - this.startedAtMs > STALLED_AFTER_MS) return;
      this.current = null;
    }
    let attempts = ATTEMPTS_AT_EXIT;
    for (;;) {
      const chunk = this.next();
      if (chunk === null) return;
      const { bytes, sent } = chunk;
      try {
        this.advance(chunk, writeSync(this.fd, bytes, sent));
      } catch (error) {
        attempts -= 1;
        if (codeOf(error) !== "EAGAIN") this.giveUp(chunk, codeOf(error));
        else if (attempts > 0) pause(FULL_PIPE_PAUSE_MS);
        else return;
      }
    }
  }
}

/** Blocks the thread; used only at exit. */
function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
