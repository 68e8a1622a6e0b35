import { IsOptional, MinLength } from "class-validator";
import { IsCount } from "./rules.js";
import { Setting } from "./setting.js";

/** Processes, hashes in shared state, shutdown and load shedding. */
export class ReplicaSettings {
  @Setting(
    "number",
    "`1`",
    "Number of worker processes that share `PORT`, for example one per core. More than one requires `REDIS_URL`. Limits of connections and of requests in flight apply to each process.",
  )
  @IsCount(1, 256)
  readonly WEB_CONCURRENCY: number = 1;

  @Setting(
    "number",
    "`5`",
    "Seconds without a heartbeat after which a worker counts as not ready, 2 to 60. After twice that time it is killed and replaced.",
  )
  @IsCount(2, 60)
  readonly WORKER_HEARTBEAT_SECONDS: number = 5;

  @Setting(
    "text",
    "derived from the AccessKey secret",
    "HMAC key of the hashes in shared state, at least 32 characters, the same on all replicas. With it, idempotency keys stay valid when the AccessKey changes.",
  )
  @IsOptional()
  @MinLength(32, { message: "must have at least 32 characters" })
  readonly STATE_SECRET?: string;

  @Setting(
    "number",
    "`3`",
    "Seconds after SIGTERM in which `/readyz` returns 503 while requests are still accepted. SIGINT skips this phase.",
  )
  @IsCount(0, 10)
  readonly DRAIN_SECONDS: number = 3;

  @Setting(
    "number",
    "`28`",
    "Seconds from SIGTERM to the forced exit. The default is also the minimum: the sum of `DRAIN_SECONDS`, `WRITE_DEADLINE_MS` and 5 s. The supervisor must wait at least 2 s longer.",
  )
  @IsOptional()
  @IsCount(1, 600)
  readonly SHUTDOWN_GRACE_SECONDS?: number;

  @Setting(
    "number",
    "`512`",
    "Maximum number of requests in flight; further ones get 503 with `Retry-After`. 0: no limit.",
  )
  @IsCount(0, 100_000)
  readonly MAX_REQUESTS_IN_FLIGHT: number = 512;

  @Setting(
    "number",
    "`500`",
    "Event loop delay in milliseconds above which requests get 503 with `Retry-After`. 0: no limit.",
  )
  @IsCount(0, 60_000)
  readonly MAX_EVENT_LOOP_DELAY_MS: number = 500;
}
