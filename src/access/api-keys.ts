import { timingSafeEqual } from "node:crypto";
import { isExpired, type Caller } from "../context/caller.js";
import type { Logger } from "../logging/logger.js";
import { ReportLimit } from "../logging/output.js";
import {
  digestOf,
  NO_DIGEST,
  readKeyFile,
  type KeyEntry,
} from "../config/files/key-file.js";
import { watchPath } from "./watched-path.js";

/**
 * The API keys that are accepted at present. Holds hashes only; a lookup costs
 * one SHA-256 and one constant-time comparison.
 */
export class ApiKeys {
  private byDigest = new Map<string, KeyEntry>();
  /** Why the file cannot be used now; null while it can, or there is none. */
  failure: string | null = null;
  /** Reads the file again; for keys without a file there is nothing to do. */
  reread: () => void = () => undefined;
  /** Stops looking at the file. */
  close: () => void = () => undefined;

  constructor(
    entries: readonly KeyEntry[],
    private readonly now: () => number = Date.now,
  ) {
    this.replace(entries);
  }

  /**
   * Keys of a file that is read again whenever it changes. While the file cannot
   * be used or is missing, the keys that were read last stay valid: a mount that
   * is gone for a moment must not lock everyone out. This is logged at once and
   * then once a minute, and `failure` names the reason. To withdraw all keys,
   * write an empty list.
   */
  static watching(
    path: string,
    directories: readonly string[],
    logger: Pick<Logger, "log">,
    watch: typeof watchPath = watchPath,
  ): ApiKeys {
    const keys = new ApiKeys([]);
    let report = new ReportLimit();
    keys.reread = () => {
      const { entries, problems } = readKeyFile(path, directories);
      if (problems.length > 0) {
        keys.failure = problems[0] ?? null;
        if (!report.isDue) return;
        logger.log(
          "error",
          "the API key file cannot be used: the keys that were read last stay valid",
          { cause: problems[0] },
        );
        return;
      }
      keys.failure = null;
      report = new ReportLimit();
      keys.replace(entries);
      logger.log("info", "API keys were read again");
    };
    keys.close = watch(path, () => {
      keys.reread();
      return keys.failure === null;
    });
    // Read after the first look, so that no change between the two is missed.
    keys.replace(readKeyFile(path, directories).entries);
    return keys;
  }

  /** The caller a key belongs to; null for an unknown or expired key. */
  callerOf(key: string): Caller | null {
    const digest = digestOf(key);
    const entry = this.byDigest.get(digest.toString("base64"));
    const isSame = timingSafeEqual(entry?.digest ?? NO_DIGEST, digest);
    if (entry === undefined || !isSame) return null;
    return isExpired(entry.caller, this.now()) ? null : entry.caller;
  }

  replace(entries: readonly KeyEntry[]): void {
    this.byDigest = new Map(
      entries.map((entry) => [entry.digest.toString("base64"), entry]),
    );
  }
}
