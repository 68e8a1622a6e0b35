/** A change that sets a name, and the name that it frees. */
export interface Naming {
  readonly index: number;
  /** Name that is set; must not be in use when the change is made. */
  readonly takes: string;
  /** Current name of the contact; the same as `takes` if it does not change. */
  readonly frees: string | null;
}

/**
 * Sorts changes so that each name is freed before it is taken. Keeps the order otherwise.
 *
 * @returns the sorted changes, and those that exchange names
 */
export function orderByName<N extends Naming>(
  namings: readonly N[],
): { readonly ordered: readonly N[]; readonly cyclic: readonly N[] } {
  const freeing = new Map(
    namings.flatMap((naming) =>
      naming.frees === null || naming.frees === naming.takes
        ? []
        : [[naming.frees, naming] as const],
    ),
  );
  const ordered = new Set<N>();
  const cyclic = new Set<N>();
  for (const first of namings) {
    const chain: N[] = [];
    let next: N | undefined = first;
    while (next !== undefined && !ordered.has(next) && !cyclic.has(next)) {
      if (chain.includes(next)) {
        for (const one of chain.slice(chain.indexOf(next))) cyclic.add(one);
        break;
      }
      chain.push(next);
      next = next.frees === next.takes ? undefined : freeing.get(next.takes);
    }
    for (const one of chain.reverse()) if (!cyclic.has(one)) ordered.add(one);
  }
  return { ordered: [...ordered], cyclic: [...cyclic] };
}
