import { AggregatorRegistry } from "prom-client";
import type { Scrape } from "./ops.server.js";

/**
 * Combines the metrics of several processes into one response: sums, or the
 * maximum for gauges that cannot be summed.
 *
 * @param metrics `Metrics.values` of each process
 */
export async function aggregateScrape(
  metrics: readonly object[],
): Promise<Scrape> {
  const registry = AggregatorRegistry.aggregate([...metrics]);
  return {
    contentType: registry.contentType,
    text: await registry.metrics(),
  };
}

/**
 * Combines the metrics of several processes into values that can be aggregated
 * again.
 *
 * @param metrics `Metrics.values` of each process
 */
export function aggregateValues(metrics: readonly object[]): Promise<object> {
  return AggregatorRegistry.aggregate([...metrics]).getMetricsAsJSON();
}
