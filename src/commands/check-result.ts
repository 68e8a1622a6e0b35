/** What one check found. */
export interface CheckResult {
  /** `warn`: it works, and somebody should look. */
  readonly level: "ok" | "warn" | "fail";
  /** What was looked at, in one or two words. */
  readonly subject: string;
  /** What is so, in one sentence. Never holds a secret. */
  readonly sentence: string;
  /** What to do about it. */
  readonly advice?: string;
}

/** Adds to what a check says who or what it was about. */
export function prefixSubject(
  name: string,
  findings: readonly CheckResult[],
): CheckResult[] {
  return findings.map((one) => ({ ...one, subject: `${one.subject} ${name}` }));
}

const MARKS = { ok: "ok  ", warn: "WARN", fail: "FAIL" } as const;

/** Findings for people: one line each, and what to do below it. */
export function printed(findings: readonly CheckResult[]): string {
  const width = Math.max(...findings.map(({ subject }) => subject.length));
  const indent = " ".repeat(width + 10);
  return findings
    .map(({ level, subject, sentence, advice }) => {
      const line = `  ${MARKS[level]}  ${subject.padEnd(width)}  ${sentence}`;
      return advice === undefined ? line : `${line}\n${indent}${advice}`;
    })
    .join("\n");
}
