import { setImmediate as nextTurn } from "node:timers/promises";

/**
 * Gives each task a turn of the event loop of its own. Equal reads end at the same time,
 * so a request with many large reports would block other requests meanwhile.
 */
export class Turns {
  private last: Promise<void> = Promise.resolve();

  /** Resolves in a turn in which no other call resolves. */
  next(): Promise<void> {
    this.last = this.last.then(() => nextTurn());
    return this.last;
  }
}
