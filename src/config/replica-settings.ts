import { IsOptional, Matches, MinLength } from "class-validator";
import { CallSettings } from "./call-settings.js";
import { IsCount, Must } from "./rules.js";
import { Setting } from "./setting.js";

/** What replicas share, how one of them ends, and how much it takes on. */
export abstract class ReplicaSettings extends CallSettings {
  @Setting(
    "number",
    "`1`",
    "Processes that answer at `PORT`; as many as there are cores uses the whole machine. More than one needs `REDIS_URL`. Limits of connections and of requests in flight are for each.",
  )
  @IsCount(1, 256)
  readonly WEB_CONCURRENCY: number = 1;

  @Setting(
    "number",
    "`5`",
    "Seconds without a heartbeat after which one of several processes no longer counts as ready, 2 to 60. After twice as long it is killed and replaced.",
  )
  @IsCount(2, 60)
  readonly WORKER_HEARTBEAT_SECONDS: number = 5;

  @Setting(
    "text",
    "in memory",
    "Redis or Valkey that all replicas share: `redis://…` or `rediss://…`. Never printed. Without it each process keeps its own state.",
  )
  @IsOptional()
  @Must("must be redis://<host>… or rediss://<host>…", isRedisUrl)
  readonly REDIS_URL?: string;

  @Setting(
    "text",
    "`message-contacts:`",
    "Begins every key and channel in Redis. Gateways for other directories on the same Redis need another one.",
  )
  @Matches(/^[\w.:-]{1,64}$/, {
    message: "must be 1 to 64 letters, digits or . _ : -",
  })
  readonly REDIS_KEY_PREFIX: string = "message-contacts:";

  @Setting(
    "text",
    "made of the AccessKey secret",
    "Secret that keys the hashes in shared state, the same on all replicas: at least 32 characters. Keeps idempotency keys valid when the AccessKey changes. Never printed.",
  )
  @IsOptional()
  @MinLength(32, { message: "must have at least 32 characters" })
  readonly STATE_SECRET?: string;

  @Setting(
    "number",
    "`3`",
    "Seconds between the first 503 of `/readyz` and the last request that is taken, after SIGTERM. SIGINT does not wait.",
  )
  @IsCount(0, 10)
  readonly DRAIN_SECONDS: number = 3;

  @Setting(
    "number",
    "`28`",
    "Seconds from SIGTERM to the forced end. The default, also the minimum, is `DRAIN_SECONDS`, `WRITE_DEADLINE_MS` and 5 s together. The supervisor must wait 2 s longer.",
  )
  @IsOptional()
  @IsCount(1, 600)
  readonly SHUTDOWN_GRACE_SECONDS?: number;

  @Setting(
    "number",
    "`512`",
    "Most requests in work at once; more are answered 503 with `Retry-After`. More are taken as long as they are served within a quarter of a second. 0: no limit.",
  )
  @IsCount(0, 100_000)
  readonly MAX_REQUESTS_IN_FLIGHT: number = 512;

  @Setting(
    "number",
    "`500`",
    "Milliseconds that the event loop may lag before requests are answered 503 with `Retry-After`. 0: no limit.",
  )
  @IsCount(0, 60_000)
  readonly MAX_EVENT_LOOP_DELAY_MS: number = 500;
}

/** Whether a text is the address of a Redis, user and password allowed. */
function isRedisUrl(value: unknown): boolean {
  if (typeof value !== "string" || !URL.canParse(value)) return false;
  const { protocol, hostname, pathname } = new URL(value);
  // The client would read any other path as database 0.
  const isDatabase = /^(?:\/\d{0,5})?$/.test(pathname);
  return /^rediss?:$/.test(protocol) && hostname !== "" && isDatabase;
}
