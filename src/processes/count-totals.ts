import { aggregateValues } from "../observability/aggregate-metrics.js";

/** One metric in prom-client's JSON format. */
interface Metric {
  readonly type: string;
}

/**
 * Final counters and histograms of exited workers, so that sums over all workers
 * never decrease. Gauges are dropped with their worker.
 */
export class CountTotals {
  private ended: object[] = [];

  /** @param metrics last metrics of a worker that has exited */
  add(metrics: object): void {
    if (!Array.isArray(metrics)) return;
    this.ended.push(
      (metrics as readonly Metric[]).filter(
        ({ type }) => type === "counter" || type === "histogram",
      ),
    );
  }

  /**
   * Metrics of running workers, followed by the totals of exited ones.
   *
   * @param running called last, so that a worker that exits meanwhile counts once
   */
  async including(running: () => readonly object[]): Promise<object[]> {
    if (this.ended.length > 1) {
      // Merge the totals: the list would grow with every replaced worker.
      const parts = [...this.ended];
      const total = await aggregateValues(parts);
      // A concurrent call may have merged the same parts.
      if (parts.every((part) => this.ended.includes(part))) {
        const later = this.ended.filter((part) => !parts.includes(part));
        this.ended = [total, ...later];
      }
    }
    return [...running(), ...this.ended];
  }
}
