import { describe, expect, it } from "@jest/globals";
import { ERASE_LINE } from "../../../src/commands/cli/terminal.js";
import {
  ProgressLine,
  progressTerminal,
} from "../../../src/commands/contacts/progress-line.js";

/** A terminal that keeps what is written to it, and a clock that stands still. */
function fakeTerminal(columns?: number): {
  readonly texts: string[];
  readonly line: ProgressLine;
  /** Lets a number of seconds pass. */
  readonly pass: (seconds: number) => void;
  readonly isTimerRunning: () => boolean;
} {
  const texts: string[] = [];
  let nowMs = 0;
  let tick: (() => void) | null = null;
  const terminal = {
    isTTY: true,
    ...(columns === undefined ? {} : { columns }),
    write: (text: string) => texts.push(text),
  };
  const line = new ProgressLine(terminal, {
    now: () => nowMs,
    everySecond: (run) => {
      tick = run;
      return () => (tick = null);
    },
  });
  return {
    texts,
    line,
    pass: (seconds) => {
      for (let passed = 0; passed < seconds; passed += 1) {
        nowMs += 1_000;
        tick?.();
      }
    },
    isTimerRunning: () => tick !== null,
  };
}

describe("the progress line", () => {
  it("shows what the command does and for how many seconds", () => {
    const { texts, line, pass } = fakeTerminal();
    pass(1);
    expect(texts).toEqual([]);
    line.show("Reading");
    pass(2);
    expect(texts).toEqual([
      `${ERASE_LINE}Reading  1 s`,
      `${ERASE_LINE}Reading  2 s`,
      `${ERASE_LINE}Reading  3 s`,
    ]);
  });

  it("shows a bar when the total is known and is not zero", () => {
    const { texts, line } = fakeTerminal();
    line.show("Making changes", { done: 3, total: 12 });
    line.show("Making changes", { done: 0, total: 0 });
    expect(texts).toEqual([
      `${ERASE_LINE}${"█".repeat(6)}${"░".repeat(18)} 3/12  Making changes  0 s`,
      `${ERASE_LINE}Making changes  0 s`,
    ]);
  });

  it("is erased while something else is written, and at the end", () => {
    const { texts, line, isTimerRunning } = fakeTerminal();
    line.show("Reading");
    line.around(() => texts.push("result\n"));
    line.end();
    line.around(() => texts.push("after the end\n"));
    expect(texts).toEqual([
      `${ERASE_LINE}Reading  0 s`,
      ERASE_LINE,
      "result\n",
      `${ERASE_LINE}Reading  0 s`,
      ERASE_LINE,
      "after the end\n",
    ]);
    expect(isTimerRunning()).toBe(false);
  });

  it.each([
    [12, "Reading all"],
    [0, "Reading all of it  0 s"],
    [undefined, "Reading all of it  0 s"],
  ])("fits on one line of a terminal with %s columns", (columns, shown) => {
    const { texts, line } = fakeTerminal(columns);
    line.show("Reading all of it");
    expect(texts).toEqual([`${ERASE_LINE}${shown}`]);
  });

  it("writes nothing without a terminal", () => {
    const line = new ProgressLine(null);
    let isWritten = false;
    line.show("Reading");
    line.around(() => (isWritten = true));
    line.end();
    expect(isWritten).toBe(true);
  });
});

describe("progressTerminal", () => {
  const terminal = { isTTY: true, write: () => undefined };

  it.each([{}, { CI: "false" }, { CI: "", NO_COLOR: "", TERM: "xterm" }])(
    "returns the terminal with %j",
    (environment) => {
      expect(progressTerminal(terminal, environment)).toBe(terminal);
    },
  );

  it.each([{ CI: "true" }, { CI: "1" }, { NO_COLOR: "1" }, { TERM: "dumb" }])(
    "returns null with %j",
    (environment) => {
      expect(progressTerminal(terminal, environment)).toBeNull();
    },
  );

  it("returns null for a stream that is not a terminal", () => {
    expect(progressTerminal({ write: () => undefined }, {})).toBeNull();
    expect(progressTerminal(undefined, {})).toBeNull();
  });
});
