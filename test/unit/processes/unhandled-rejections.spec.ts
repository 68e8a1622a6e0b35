import { EventEmitter } from "node:events";
import { expect, test } from "@jest/globals";
import { Logger } from "../../../src/logging/logger.js";
import { logUnhandledRejections } from "../../../src/processes/unhandled-rejections.js";

test("logs an unhandled rejection at level error, without its message", () => {
  const lines: string[] = [];
  const logger = new Logger(
    { LOG_LEVEL: "info" },
    { write: (line: string) => lines.push(line) },
  );
  const source = new EventEmitter();
  logUnhandledRejections(logger, source);
  source.emit("unhandledRejection", new TypeError("tom@example.com"));
  source.emit("unhandledRejection", "no error at all");
  expect(lines).toHaveLength(2);
  const [first, second] = lines.map(
    (line) => JSON.parse(line) as Record<string, unknown>,
  );
  expect(first).toMatchObject({ level: "error", fault: "TypeError" });
  expect(second).toMatchObject({ level: "error", fault: "string" });
  expect(lines.join("")).not.toContain("tom@example.com");
});
