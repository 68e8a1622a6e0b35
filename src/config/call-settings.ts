import { IsCount } from "./rules.js";
import { Setting } from "./setting.js";

const MINUTE_MS = 60_000;

/** Deadlines and limits of vendor calls. */
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
}
