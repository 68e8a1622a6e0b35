import { describe, expect, it } from "@jest/globals";
import { ErrorCode } from "../../../src/errors/error-codes.js";
import { ERRORS } from "../../../src/errors/error-table.js";
import { EXPECTED } from "../../../src/errors/expected-forms.js";
import { OUTCOME_ADVICE } from "../../../src/errors/outcome-advice.js";
import { reasonOfCode, REASONS } from "../../../src/errors/refusal-reasons.js";
import { sentenceOf } from "../../../src/errors/rule-sentences.js";
import { httpError } from "../../../src/http/errors/http-errors.js";

/** ASCII punctuation directly after a Chinese character, or before one. */
const HALF_WIDTH = /[\u4e00-\u9fa5][,;:!?)](?!\/)|[,;!?(][\u4e00-\u9fa5]/;

const SENTENCES = [
  ...Object.values(ERRORS).flatMap(({ message, advice }) => [message, advice]),
  ...Object.values(OUTCOME_ADVICE),
  ...(
    ["malformedUrl", "emptyBody", "bodyTooLarge", "misdirected"] as const
  ).flatMap((name) => {
    const { problem, advice } = httpError(name).details;
    return [problem, advice];
  }),
].flatMap((sentence) => (sentence === undefined ? [] : [sentence]));

describe("messages", () => {
  it.each(SENTENCES)(
    "end with a full stop in both languages: $en",
    ({ en, zh }) => {
      expect(en).toMatch(/\.$/);
      expect(zh).toMatch(/。$/);
      expect(zh).not.toMatch(HALF_WIDTH);
    },
  );

  it.each(Object.entries(EXPECTED))(
    "complete the name of a field: %s",
    (_name, { en, zh }) => {
      expect(en).toMatch(/^(?:must|cannot)/);
      expect(zh).not.toMatch(HALF_WIDTH);
    },
  );

  it.each(Object.values(ErrorCode))(
    "never appear in the log below info: %s",
    (code) => {
      expect(["info", "warn", "error"]).toContain(ERRORS[code].logLevel);
      expect(reasonOfCode(code)).toMatch(/^[a-z-]+$/);
      expect(REASONS).not.toHaveProperty([reasonOfCode(code)]);
    },
  );
});

describe("sentenceOf", () => {
  it.each([
    [
      { max: 254, unit: "characters" },
      "a must have at most 254 characters.",
      "a 不能超过 254 个字符。",
    ],
    [
      { min: 1 },
      "a must have at least 1 characters or items.",
      "a 至少须为 1 项。",
    ],
    [{}, "a has the wrong length.", "a 长度不符合要求。"],
  ] as const)("states the bounds %j", (bounds, en, zh) => {
    const violation = { field: ["a"], rule: "length", ...bounds };
    expect(sentenceOf(violation, "en")).toBe(en);
    expect(sentenceOf(violation, "zh")).toBe(zh);
  });
});
