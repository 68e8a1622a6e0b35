import { randomUUID } from "node:crypto";
import type {
  DeletionRelay,
  RelayedDeletion,
} from "../../message-contacts/deletions/deletion-relay.js";
import type { DeletionReport } from "../../message-contacts/deletions/deletion-report.js";
import type { SharedStore } from "../shared-store.js";
import { toRelayedReport, parseRelayedReport } from "../relayed-report.js";
import { stateKey } from "../state-formats.js";

/** TTL of the last report, which new watchers receive first. */
const LATEST_TTL_MS = 60_000;

/** Maximum time for which a replica reserves the polling of a deletion. */
const MAX_POLLING_LEASE_MS = 60 * 60 * 1_000;

/** Acquires or extends the polling lease. A value of another type or without a TTL is replaced. */
const ACQUIRE = `
local left = redis.call('PTTL', KEYS[1])
local isValid = redis.call('TYPE', KEYS[1]).ok == 'string' and left >= 0 and left <= ${MAX_POLLING_LEASE_MS}
local holder = isValid and redis.call('GET', KEYS[1])
if left ~= -2 and not isValid then redis.call('DEL', KEYS[1]) end
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`;

const RELEASE = `
if redis.call('TYPE', KEYS[1]).ok ~= 'string' or redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
`;

/** One replica polls a deletion and publishes its reports to all replicas. */
export class RedisDeletionRelay implements DeletionRelay {
  private readonly token = randomUUID();

  constructor(private readonly store: SharedStore) {}

  async tryAcquire(deletion: RelayedDeletion, forMs: number): Promise<boolean> {
    try {
      const answer = await this.store.run(
        ACQUIRE,
        [keyOf(deletion, "looker")],
        [this.token, Math.ceil(forMs)],
      );
      return answer !== 0;
    } catch {
      return true;
    }
  }

  release(deletion: RelayedDeletion): void {
    this.store
      .run(RELEASE, [keyOf(deletion, "looker")], [this.token])
      .catch(() => undefined);
  }

  publish(deletion: RelayedDeletion, report: DeletionReport): void {
    const text = JSON.stringify(toRelayedReport(report));
    this.store
      .set(keyOf(deletion, "latest"), text, LATEST_TTL_MS)
      .catch(() => undefined);
    this.store.publish(keyOf(deletion, "told"), text);
  }

  async latest(deletion: RelayedDeletion): Promise<DeletionReport | null> {
    const text = await this.store
      .get(keyOf(deletion, "latest"))
      .catch(() => null);
    return text === null ? null : parseRelayedReport(text, deletion.contactId);
  }

  subscribe(
    deletion: RelayedDeletion,
    listener: (report: DeletionReport) => void,
  ): () => void {
    return this.store.subscribe(keyOf(deletion, "told"), (text) => {
      const report = parseRelayedReport(text, deletion.contactId);
      if (report !== null) listener(report);
    });
  }
}

function keyOf(
  { directory, contactId }: RelayedDeletion,
  part: "looker" | "latest" | "told",
): string {
  return `${stateKey("watch")}:{${directory}:${contactId}}:${part}`;
}
