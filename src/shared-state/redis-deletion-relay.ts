import { randomUUID } from "node:crypto";
import type {
  DeletionRelay,
  RelayedDeletion,
} from "../message-contacts/deletions/deletion-relay.js";
import type { DeletionReport } from "../message-contacts/deletions/deletion-report.js";
import type { SharedStore } from "./shared-store.js";
import { toRelayedReport, parseRelayedReport } from "./relayed-report.js";

/** How long the last report stands for those who begin to watch. */
const LATEST_TTL_MS = 60_000;

/** No replica reserves the polling of a deletion for longer. */
const LONGEST_LOOK_MS = 60 * 60 * 1_000;

/** A value of another type, or one without a TTL, is not ours and is replaced. */
const TAKE_OR_KEEP = `
local left = redis.call('PTTL', KEYS[1])
local isOurs = redis.call('TYPE', KEYS[1]).ok == 'string' and left >= 0 and left <= ${LONGEST_LOOK_MS}
local holder = isOurs and redis.call('GET', KEYS[1])
if left ~= -2 and not isOurs then redis.call('DEL', KEYS[1]) end
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`;

const GIVE_BACK = `
if redis.call('TYPE', KEYS[1]).ok ~= 'string' or redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
`;

/** One replica looks at a deletion, and all of them learn. */
export class RedisDeletionRelay implements DeletionRelay {
  private readonly token = randomUUID();

  constructor(private readonly store: SharedStore) {}

  async tryAcquire(deletion: RelayedDeletion, forMs: number): Promise<boolean> {
    try {
      const answer = await this.store.run(
        TAKE_OR_KEEP,
        [nameOf(deletion, "looker")],
        [this.token, Math.ceil(forMs)],
      );
      return answer !== 0;
    } catch {
      return true;
    }
  }

  release(deletion: RelayedDeletion): void {
    this.store
      .run(GIVE_BACK, [nameOf(deletion, "looker")], [this.token])
      .catch(() => undefined);
  }

  publish(deletion: RelayedDeletion, report: DeletionReport): void {
    const text = JSON.stringify(toRelayedReport(report));
    this.store
      .set(nameOf(deletion, "latest"), text, LATEST_TTL_MS)
      .catch(() => undefined);
    this.store.publish(nameOf(deletion, "told"), text);
  }

  async latest(deletion: RelayedDeletion): Promise<DeletionReport | null> {
    const text = await this.store
      .get(nameOf(deletion, "latest"))
      .catch(() => null);
    return text === null ? null : parseRelayedReport(text, deletion.contactId);
  }

  subscribe(
    deletion: RelayedDeletion,
    listener: (report: DeletionReport) => void,
  ): () => void {
    return this.store.listen(nameOf(deletion, "told"), (text) => {
      const report = parseRelayedReport(text, deletion.contactId);
      if (report !== null) listener(report);
    });
  }
}

function nameOf(
  { directory, contactId }: RelayedDeletion,
  part: "looker" | "latest" | "told",
): string {
  return `watch:{${directory}:${contactId}}:${part}`;
}
