/**
 * Version of the format of each kind of state in Redis. A kind is the first part of its
 * keys and channels.
 *
 * A change that the last release could misread gets a new version, and thus new keys. The
 * last release must be able to read everything else, because replicas of both run side by
 * side while one replaces the other; `test/replicas/versions/versions.spec.ts` runs both.
 */
export const STATE_FORMATS = {
  /** Version 1 had no owner, and derived its keys differently. */
  idempotency: 2,
  write: 1,
  sent: 1,
  pending: 1,
  deletion: 1,
  watch: 1,
  pace: 1,
  replicas: 1,
  /** Channels only. */
  reads: 1,
  rate: 1,
} as const satisfies Readonly<Record<string, number>>;

/** Beginning of the keys of a kind, without the colon that follows. */
export function stateKey(kind: keyof typeof STATE_FORMATS): string {
  const version: number = STATE_FORMATS[kind];
  return version === 1 ? kind : `${kind}:${version}`;
}
