import { IsCount } from "./rules.js";
import { ServerSettings } from "./server-settings.js";
import { Setting } from "./setting.js";

const MINUTE_MS = 60_000;

/** How long calls to the vendor may take. */
export abstract class CallSettings extends ServerSettings {
  @Setting(
    "number",
    "`10000`",
    "Milliseconds that a read may take in all, repeats and pauses included.",
  )
  @IsCount(1, MINUTE_MS)
  readonly READ_DEADLINE_MS: number = 10_000;

  @Setting(
    "number",
    "`20000`",
    "Milliseconds that a change may take in all, waiting its turn and reading back included.",
  )
  @IsCount(1, MINUTE_MS)
  readonly WRITE_DEADLINE_MS: number = 20_000;

  @Setting("number", "`5000`", "Milliseconds for one attempt of a read.")
  @IsCount(1, MINUTE_MS)
  readonly READ_ATTEMPT_MS: number = 5_000;

  @Setting("number", "`8000`", "Milliseconds for one attempt of a change.")
  @IsCount(1, MINUTE_MS)
  readonly WRITE_ATTEMPT_MS: number = 8_000;

  @Setting(
    "number",
    "`3000`",
    "Milliseconds kept back from a change's last attempt, to read what became of it.",
  )
  @IsCount(1, MINUTE_MS)
  readonly READ_BACK_RESERVE_MS: number = 3_000;

  @Setting(
    "number",
    "`100`",
    "Maximum number of vendor calls of one request, 10 to 100000. A request that may need more is refused with `REQUEST_TOO_COSTLY` before it runs; repeats after failures are not counted.",
  )
  @IsCount(10, 100_000)
  readonly MAX_UPSTREAM_CALLS_PER_REQUEST: number = 100;

  @Setting(
    "number",
    "`60`",
    "Seconds between two verification messages to the same address or number of a contact; `0`: no pause.",
  )
  @IsCount(0, 86_400)
  readonly VERIFICATION_COOLDOWN_SECONDS: number = 60;

  @Setting(
    "number",
    "`100`",
    "Verification e-mails that this gateway sends in a day (UTC+8) in one directory; the vendor's own cap is 100.",
  )
  @IsCount(1, 1_000_000)
  readonly VERIFICATION_EMAILS_PER_DAY: number = 100;
}
