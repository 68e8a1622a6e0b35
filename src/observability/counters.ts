/** A number that grows; `n += 1` is all that counting costs. */
export interface Count {
  n: number;
}

/** The values of a family's labels, in the order of their names. */
export type LabelValues = readonly string[];

/**
 * Counts of one name, told apart by labels. Whoever counts takes its count once
 * and holds on to it, so that nothing is looked up while a request runs.
 */
export class Counts {
  private readonly children = new Map<string, [LabelValues, Count]>();

  constructor(
    readonly name: string,
    readonly help: string,
    readonly labelNames: readonly string[],
  ) {}

  /** The count of these labels; made when it is asked for the first time. */
  of(...values: string[]): Count {
    const key = values.join("\n");
    const known = this.children.get(key);
    if (known !== undefined) return known[1];
    const count = { n: 0 };
    this.children.set(key, [values, count]);
    return count;
  }

  entries(): Iterable<readonly [LabelValues, Count]> {
    return this.children.values();
  }
}

/** Upper bounds in seconds: from an answer out of memory to the longest deadline. */
export const BOUNDS: readonly number[] = [
  0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20,
];

/** How long something took, sorted under the bounds. */
export class Spread {
  /** How many lie under each bound and above the one before; last: above all. */
  readonly counts = new Float64Array(BOUNDS.length + 1);
  sum = 0;

  add(seconds: number): void {
    let at = 0;
    while (at < BOUNDS.length && seconds > (BOUNDS[at] ?? 0)) at += 1;
    this.counts[at] = (this.counts[at] ?? 0) + 1;
    this.sum += seconds;
  }
}

/** Durations of one name, told apart by labels, as `Counts` are. */
export class Spreads {
  private readonly children = new Map<string, [LabelValues, Spread]>();

  constructor(
    readonly name: string,
    readonly help: string,
    readonly labelNames: readonly string[],
  ) {}

  of(...values: string[]): Spread {
    const key = values.join("\n");
    const known = this.children.get(key);
    if (known !== undefined) return known[1];
    const spread = new Spread();
    this.children.set(key, [values, spread]);
    return spread;
  }

  entries(): Iterable<readonly [LabelValues, Spread]> {
    return this.children.values();
  }
}

/** A value that is looked up when somebody asks, and costs nothing before. */
export interface Reading {
  readonly name: string;
  readonly help: string;
  /** A gauge stands where it stands; a counter only grows. */
  readonly kind: "gauge" | "counter";
  readonly labelNames: readonly string[];
  /** What one value is made of those of several processes. Default: sum. */
  readonly ofAll?: "sum" | "max";
  readonly read: () => Iterable<readonly [LabelValues, number]>;
}
