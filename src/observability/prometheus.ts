import {
  AggregatorRegistry,
  collectDefaultMetrics,
  Counter,
  Gauge,
  Histogram,
  Registry,
} from "prom-client";
import type { Metrics } from "./metrics.js";
import type { Scrape } from "./observability.js";
import {
  BOUNDS,
  type Counts,
  type LabelValues,
  type Reading,
  type Spreads,
} from "./counters.js";

/** What a scrape is answered with. */
export interface Exposition {
  readonly contentType: string;
  text(): Promise<string>;
  /** The same as values, which `sumOf` adds up. */
  values(): Promise<object>;
}

/**
 * Tells the tallies in Prometheus' text format, beside what the process itself
 * measures. Loaded at the first scrape: a start does not pay for it.
 */
export function expose(metrics: Metrics): Exposition {
  const registry = new Registry();
  for (const counts of metrics.counts) exposeCounts(counts, registry);
  for (const reading of metrics.readings) exposeReading(reading, registry);
  for (const spreads of metrics.spreads) {
    registry.registerMetric(new ToldSpreads(spreads));
  }
  collectDefaultMetrics({ register: registry });
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    values: () => registry.getMetricsAsJSON(),
  };
}

/**
 * The metrics of several processes in one: sums, and the greatest where a sum
 * means nothing.
 *
 * @param counted what each of them gave as `values`
 */
export async function sumOf(counted: readonly object[]): Promise<Scrape> {
  const sum = AggregatorRegistry.aggregate([...counted]);
  return { contentType: sum.contentType, text: await sum.metrics() };
}

/**
 * The same sums as values, to be added up again.
 *
 * @param counted what each of several processes gave as `values`
 */
export function totalOf(counted: readonly object[]): Promise<object> {
  return AggregatorRegistry.aggregate([...counted]).getMetricsAsJSON();
}

function exposeCounts(counts: Counts, registry: Registry): void {
  const { name, help, labelNames } = counts;
  new Counter({
    name,
    help,
    labelNames,
    registers: [registry],
    collect() {
      this.reset();
      for (const [values, { n }] of counts.entries()) {
        this.inc(labelsOf(labelNames, values), n);
      }
    },
  });
}

function exposeReading(reading: Reading, registry: Registry): void {
  const { name, help, kind, labelNames, read, ofAll = "sum" } = reading;
  const about = {
    name,
    help,
    labelNames,
    registers: [registry],
    aggregator: ofAll,
  };
  if (kind === "counter") {
    new Counter({
      ...about,
      collect() {
        this.reset();
        for (const [values, n] of read()) {
          this.inc(labelsOf(labelNames, values), n);
        }
      },
    });
    return;
  }
  new Gauge({
    ...about,
    collect() {
      this.reset();
      for (const [values, n] of read()) {
        this.set(labelsOf(labelNames, values), n);
      }
    },
  });
}

type Told = Awaited<ReturnType<Histogram["get"]>>;

/**
 * A histogram whose buckets are filled elsewhere: the library's own makes and
 * hashes an object of labels at each observation.
 */
class ToldSpreads extends Histogram {
  /** Tells what stands before the values. */
  private readonly empty: Histogram;

  constructor(private readonly spreads: Spreads) {
    const { name, help, labelNames } = spreads;
    const about = { name, help, labelNames, registers: [] };
    super(about);
    this.empty = new Histogram(about);
  }

  override async get(): Promise<Told> {
    const { name, labelNames } = this.spreads;
    const values: Told["values"] = [];
    for (const [labelValues, { counts, sum }] of this.spreads.entries()) {
      const labels = labelsOf(labelNames, labelValues);
      let below = 0;
      counts.forEach((count, at) => {
        below += count;
        const le = BOUNDS[at] ?? "+Inf";
        values.push({
          metricName: `${name}_bucket`,
          labels: { ...labels, le },
          value: below,
        });
      });
      values.push({ metricName: `${name}_sum`, labels, value: sum });
      values.push({ metricName: `${name}_count`, labels, value: below });
    }
    return { ...(await this.empty.get()), values };
  }

  /** What the registry asks in place of `get` where it is there. */
  getForPromString(): Promise<Told> {
    return this.get();
  }
}

function labelsOf(
  names: readonly string[],
  values: LabelValues,
): Record<string, string> {
  return Object.fromEntries(names.map((name, at) => [name, values[at] ?? ""]));
}
