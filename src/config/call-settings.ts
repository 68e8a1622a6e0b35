import { IsCount } from "./rules.js";
import { Setting } from "./setting.js";

const MINUTE_MS = 60_000;

/** Deadlines, rates and limits of vendor calls. */
export class CallSettings {
  @Setting(
    "number",
    "`10000`",
    "Total time limit of a read in milliseconds, including retries and backoff.",
  )
  @IsCount(1, MINUTE_MS)
  readonly READ_DEADLINE_MS: number = 10_000;

  @Setting(
    "number",
    "`20000`",
    "Total time limit of a change in milliseconds, including the write queue, retries and reading back.",
  )
  @IsCount(1, MINUTE_MS)
  readonly WRITE_DEADLINE_MS: number = 20_000;

  @Setting(
    "number",
    "`5000`",
    "Time limit of one attempt of a read in milliseconds.",
  )
  @IsCount(1, MINUTE_MS)
  readonly READ_ATTEMPT_MS: number = 5_000;

  @Setting(
    "number",
    "`8000`",
    "Time limit of one attempt of a change in milliseconds.",
  )
  @IsCount(1, MINUTE_MS)
  readonly WRITE_ATTEMPT_MS: number = 8_000;

  @Setting(
    "number",
    "`3000`",
    "Milliseconds of `WRITE_DEADLINE_MS` that are reserved for reading back whether a change took effect.",
  )
  @IsCount(1, MINUTE_MS)
  readonly READ_BACK_RESERVE_MS: number = 3_000;

  @Setting(
    "number",
    "`100`",
    "Maximum number of vendor calls per request, 10 to 100000. A request that may need more is rejected with `REQUEST_TOO_COSTLY` before execution. Retries are not counted.",
  )
  @IsCount(10, 100_000)
  readonly MAX_UPSTREAM_CALLS_PER_REQUEST: number = 100;

  @Setting(
    "number",
    "`20`",
    "Maximum number of vendor calls per second, directory and operation, 0 to 10000. The limit of the vendor is 20; `GetResourceDirectory` and `ListFoldersForParent` get 2.5 times the value, because their limit is 50. Replicas share it through Redis. Calls wait for their turn within their time limit; the rate is lowered while the vendor throttles. 0: no limit.",
  )
  @IsCount(0, 10_000)
  readonly UPSTREAM_CALLS_PER_SECOND: number = 20;

  @Setting(
    "number",
    "`1000`",
    "Lifetime of a cached read in milliseconds, 0 to 60000. Changes through any replica invalidate it at once; a change made elsewhere may be visible this much later. `Cache-Control: no-cache` bypasses it. 0: no cache. Accounts and folders are cached for 60 seconds unless this is 0.",
  )
  @IsCount(0, MINUTE_MS)
  readonly READ_CACHE_MS: number = 1_000;

  @Setting(
    "number",
    "`3000`",
    "Lifetime of a cached read in milliseconds while more than half of the vendor's rate is used, and of pending verifications and deletions at most. A value below `READ_CACHE_MS` counts as `READ_CACHE_MS`.",
  )
  @IsCount(0, MINUTE_MS)
  readonly READ_CACHE_MAX_MS: number = 3_000;

  @Setting(
    "number",
    "`60`",
    "Minimum number of seconds between two verification messages to the same address or number of a contact. 0: no limit.",
  )
  @IsCount(0, 86_400)
  readonly VERIFICATION_COOLDOWN_SECONDS: number = 60;

  @Setting(
    "number",
    "`100`",
    "Maximum number of verification e-mails per directory and day (UTC+8). The limit of the vendor is 100.",
  )
  @IsCount(1, 1_000_000)
  readonly VERIFICATION_EMAILS_PER_DAY: number = 100;

  @Setting(
    "number",
    "`20`",
    "Maximum number of contacts per directory, 1 to 100000. A plan that exceeds it is rejected before its first change. The quota of the vendor is 20 unless it was raised.",
  )
  @IsCount(1, 100_000)
  readonly CONTACT_QUOTA: number = 20;

  @Setting(
    "number",
    "`10`",
    "Maximum number of targets per contact, 1 to 100000. A plan that exceeds it is rejected before its first change. The quota of the vendor is 10 unless it was raised.",
  )
  @IsCount(1, 100_000)
  readonly TARGET_QUOTA: number = 10;
}
