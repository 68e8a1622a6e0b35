/** Environment variable of Node.js itself; no setting of the gateway. */
export const NODE_OPTIONS = "NODE_OPTIONS";

/**
 * Heap limit in MiB that the value of `NODE_OPTIONS` sets. The form in percent is
 * not used: Node.js 20 does not start with it.
 */
export function heapLimitOf(nodeOptions: string | undefined): number {
  const found = /^--max-old-space-size=(\d+)$/.exec(nodeOptions ?? "")?.[1];
  if (found === undefined) throw new Error("no heap limit is set");
  return Number(found);
}

/** Mebibytes of a memory limit as Kubernetes and Compose write it. */
export function memoryLimitOf(limit: string | undefined): number {
  const found = /^(\d+)(?:Mi|m)$/.exec(limit ?? "")?.[1];
  if (found === undefined) throw new Error("no memory limit in MiB is set");
  return Number(found);
}

/** Share of a memory limit that the heap may take: the rest is outside of it. */
export const MAX_HEAP_SHARE = 0.65;
