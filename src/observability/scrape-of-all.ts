import type { AggregatorRegistry } from "prom-client";
import type { Scrape } from "./observability.js";

let registry:
  | Promise<AggregatorRegistry<"text/plain; version=0.0.4; charset=utf-8">>
  | undefined;

/**
 * The metrics of all workers in one: sums, and the greatest where a sum means
 * nothing. Asked of the primary process. Loaded at the first scrape.
 */
export async function scrapeOfAll(): Promise<Scrape> {
  registry ??= import("prom-client").then(
    ({ AggregatorRegistry: Registry }) => new Registry(),
  );
  const all = await registry;
  return { contentType: all.contentType, text: await all.clusterMetrics() };
}
