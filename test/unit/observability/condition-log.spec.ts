import { describe, expect, it } from "@jest/globals";
import type { LogFields } from "../../../src/logging/logger.js";
import {
  logBreakers,
  logOverloads,
} from "../../../src/observability/condition-log.js";

/** Lines of a log, with level and fields. */
class Lines {
  readonly all: object[] = [];
  readonly log = (level: string, _message: string, fields?: LogFields): void =>
    void this.all.push({ level, ...fields });
}

describe("logOverloads", () => {
  const watched = () => {
    const lines = new Lines();
    const refusals = { "in-flight": 0, "event-loop-delay": 0, closing: 0 };
    let poll: () => void = () => undefined;
    let nowMs = 0;
    let isStopped = false;
    const stop = logOverloads(
      { inFlight: 0, refusals },
      lines,
      (run, ms) => {
        poll = () => {
          nowMs += ms;
          run();
        };
        return () => (isStopped = true);
      },
      () => nowMs,
    );
    const polls = (count: number): void => {
      for (let at = 0; at < count; at += 1) poll();
    };
    return { lines, refusals, polls, stop, isStopped: () => isStopped };
  };

  it("writes one line when requests begin to be refused, and one 5 seconds after the last", () => {
    const { lines, refusals, polls } = watched();
    polls(3);
    expect(lines.all).toEqual([]);
    refusals["in-flight"] += 1;
    refusals["event-loop-delay"] += 2;
    polls(1);
    const begin = {
      level: "warn",
      event: "overload-begin",
      reason: "event-loop-delay",
    };
    expect(lines.all).toEqual([begin]);
    refusals["in-flight"] += 7;
    polls(5);
    expect(lines.all).toEqual([begin]);
    polls(1);
    expect(lines.all).toEqual([
      begin,
      { level: "info", event: "overload-end", refused: 10, durationMs: 6_000 },
    ]);
    refusals["in-flight"] += 1;
    polls(1);
    expect(lines.all).toHaveLength(3);
  });

  it("ignores requests that are refused because of the shutdown", () => {
    const { lines, refusals, polls, stop, isStopped } = watched();
    refusals.closing += 5;
    polls(10);
    expect(lines.all).toEqual([]);
    stop();
    expect(isStopped()).toBe(true);
  });
});

describe("logBreakers", () => {
  it("names the directory, the kind of calls and the new state", () => {
    const lines = new Lines();
    const changed = logBreakers(lines);
    changed("cn", "read", "open");
    changed("cn", "read", "half-open");
    changed("cn", "read", "closed");
    const common = { directory: "cn", kind: "read" };
    expect(lines.all).toEqual([
      { level: "error", event: "breaker-open", ...common },
      { level: "info", event: "breaker-half-open", ...common },
      { level: "info", event: "breaker-closed", ...common },
    ]);
  });
});
