import { parse } from "yaml";

/** Factor by which the rules are faster in the drill: a minute becomes a second. */
export const SPEED = 60;

const UNIT_SECONDS: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: 3_600,
};

/** A duration of Prometheus with one unit, `SPEED` times as short, in milliseconds. */
function shorten(duration: string): string {
  const [, count = "", unit = ""] = /^(\d+)([smh])$/.exec(duration) ?? [];
  const seconds = Number(count) * (UNIT_SECONDS[unit] ?? Number.NaN);
  if (Number.isNaN(seconds)) throw new Error(`not a duration: ${duration}`);
  return `${Math.round((seconds * 1_000) / SPEED)}ms`;
}

/** Thresholds in seconds, of metrics that measure a time of hours. */
const AGES = /(deletion_oldest_seconds\)) > (\d+)/g;

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
}

interface RuleFile {
  readonly groups: readonly {
    readonly name: string;
    readonly rules: readonly Rule[];
  }[];
}

/**
 * The delivered rules with all durations divided by `SPEED`: `for`, ranges, and the
 * thresholds of ages. Thresholds of shares, counts and response times are unchanged.
 *
 * @param text content of a rule file
 */
export function shortenedRules(text: string): RuleFile {
  const { groups } = parse(text) as RuleFile;
  return {
    groups: groups.map(({ name, rules }) => ({
      name,
      rules: rules.map((rule) => ({
        ...rule,
        ...(rule.for === undefined ? {} : { for: shorten(rule.for) }),
        expr: rule.expr
          .replaceAll(/\[(\w+)\]/g, (_, range: string) => `[${shorten(range)}]`)
          .replaceAll(
            AGES,
            (_, metric: string, seconds: string) =>
              `${metric} > ${Number(seconds) / SPEED}`,
          ),
      })),
    })),
  };
}

/** Names of the alerts in a rule file, in its order. */
export function alertsIn({ groups }: RuleFile): readonly string[] {
  return groups.flatMap(({ rules }) => rules.map(({ alert }) => alert));
}
