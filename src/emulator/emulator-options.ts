import { z } from "zod";
import type { TimeSource } from "./clock.js";
import type { Seed, SeedName } from "./contacts/seeds.js";
import { KEY } from "./control/control-schemas.js";
import { SEED_CHOICE } from "./control/seed-schemas.js";
import { arrayOf, integer, nonEmptyString, objectOf } from "./schema.js";
import { SOME_SETTINGS, type EmulatorSettings } from "./settings.js";
import type { AccessKeyInput } from "./state/access-keys.js";

export interface EmulatorOptions {
  /** Address to listen on. Default: 127.0.0.1. */
  readonly host?: string;
  /**
   * Further host names that the `Host` header of control requests may contain, such as a
   * container's name. Loopback names are always accepted; other names are rejected, because
   * they may be a DNS rebinding attempt. Default: none.
   */
  readonly names?: readonly string[];
  /** Port to listen on. Default: 0, any free port. */
  readonly port?: number;
  /** Initial directory and contacts: `sample`, `empty` or a complete seed. Default: `sample`. */
  readonly seed?: SeedName | Seed;
  /** Time source. Default: the system clock. */
  readonly clock?: TimeSource;
  /** Settings that differ from the defaults. */
  readonly settings?: Partial<EmulatorSettings>;
  /** Replaces the default access keys, `testid` and the temporary `STS.testid`. At least one. */
  readonly keys?: readonly AccessKeyInput[];
  /** Returns a number in [0, 1); used for contact ids, codes and fault probabilities. */
  readonly random?: () => number;
}

/** Schema of `EmulatorOptions`. Its output has the complete seed in place of a name. */
export const OPTIONS = objectOf({
  host: nonEmptyString().optional(),
  names: arrayOf(nonEmptyString()).optional(),
  port: integer(0, 65_535).optional(),
  seed: SEED_CHOICE.optional(),
  clock: z
    .custom<TimeSource>(
      (clock) =>
        typeof (clock as Partial<TimeSource> | null)?.now === "function",
      "must have a method `now`",
    )
    .optional(),
  settings: SOME_SETTINGS.optional(),
  keys: arrayOf(KEY).min(1, "must contain at least one key").optional(),
  random: z
    .custom<() => number>(
      (random) => typeof random === "function",
      "must be a function",
    )
    .optional(),
});
