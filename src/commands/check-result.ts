/** Result of one check. */
export interface CheckResult {
  /** `warn`: it works, but an operator should look at it. */
  readonly level: "ok" | "warn" | "fail";
  /** The checked part, in one or two words. */
  readonly subject: string;
  /** The result in one sentence. Never contains a secret. */
  readonly sentence: string;
  /** How to solve it. */
  readonly advice?: string;
}

/** Appends a name, such as the alias of a directory, to the subject of each result. */
export function prefixSubject(
  name: string,
  results: readonly CheckResult[],
): CheckResult[] {
  return results.map((result) => ({
    ...result,
    subject: `${result.subject} ${name}`,
  }));
}

const LABELS = { ok: "ok  ", warn: "WARN", fail: "FAIL" } as const;

/** Formats results for people: one line each, with the advice below. */
export function formatResults(results: readonly CheckResult[]): string {
  const width = Math.max(...results.map(({ subject }) => subject.length));
  const indent = " ".repeat(width + 10);
  return results
    .map(({ level, subject, sentence, advice }) => {
      const line = `  ${LABELS[level]}  ${subject.padEnd(width)}  ${sentence}`;
      return advice === undefined ? line : `${line}\n${indent}${advice}`;
    })
    .join("\n");
}
