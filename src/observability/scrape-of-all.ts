import { AggregatorRegistry } from "prom-client";
import type { Scrape } from "./observability.js";

const registry = new AggregatorRegistry();

/**
 * The metrics of all workers in one: sums, and the greatest where a sum means
 * nothing. Asked of the primary process, which loads this at the first scrape.
 */
export async function scrapeOfAll(): Promise<Scrape> {
  const { contentType } = registry;
  return { contentType, text: await registry.clusterMetrics() };
}
