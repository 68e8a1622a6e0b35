/** One metric as prom-client gives it as JSON. */
interface Metric {
  readonly type: string;
}

/**
 * What ended workers had counted, so that sums over all workers never fall.
 * Gauges end with their worker.
 */
export class CountTotals {
  private ended: object[] = [];

  /** @param counts metrics of a worker that has ended */
  keep(counts: object): void {
    if (!Array.isArray(counts)) return;
    this.ended.push(
      (counts as readonly Metric[]).filter(
        ({ type }) => type === "counter" || type === "histogram",
      ),
    );
  }

  /**
   * The metrics of running workers together with those of ended ones.
   *
   * @param running is called last: a worker that ends meanwhile counts once
   */
  async with(running: () => readonly object[]): Promise<object[]> {
    if (this.ended.length > 1) {
      // One sum in place of many: workers may be replaced for months.
      const parts = [...this.ended];
      const { totalOf } = await import("../observability/prometheus.js");
      const total = await totalOf(parts);
      // Another call may have added up the same parts meanwhile.
      if (parts.every((part) => this.ended.includes(part))) {
        const later = this.ended.filter((part) => !parts.includes(part));
        this.ended = [total, ...later];
      }
    }
    return [...running(), ...this.ended];
  }
}
