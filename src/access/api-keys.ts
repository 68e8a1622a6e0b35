import { hash, timingSafeEqual } from "node:crypto";
import { LRUCache } from "lru-cache";
import { isExpired, type Caller } from "../context/caller.js";
import type { RefusalReason } from "../errors/refusal-reasons.js";
import type { Logger } from "../logging/logger.js";
import { ReportLimit } from "../logging/output.js";
import {
  NO_DIGEST,
  readKeyFile,
  type KeyEntry,
} from "../config/files/key-file.js";
import { watchPath } from "./watched-path.js";

/** Maximum number of removed keys that are kept to distinguish them from unknown ones. */
const MAX_REVOKED = 1_000;

/**
 * The API keys that are valid now. Stores only hashes; a lookup costs one
 * SHA-256 and one constant-time comparison.
 */
export class ApiKeys {
  private byDigest: ReadonlyMap<string, KeyEntry> = new Map();
  /** Digests of keys that were removed from the file since the start. */
  private readonly revoked = new LRUCache<string, true>({ max: MAX_REVOKED });
  /**
   * Why the key file cannot be used; null if it can, or if there is no file.
   */
  failure: string | null = null;
  /** Reloads the key file. Does nothing without a file. */
  reread: () => void = () => undefined;
  /** Stops watching the key file. */
  close: () => void = () => undefined;

  constructor(
    entries: readonly KeyEntry[],
    private readonly now: () => number = Date.now,
  ) {
    this.replace(entries);
  }

  /**
   * Loads keys from a file and reloads them when it changes. While the file is
   * missing or invalid, the last loaded keys stay valid, so that a briefly
   * unmounted file locks no caller out. The failure is logged at once and then
   * once a minute, and `failure` holds the reason. To revoke all keys, write an
   * empty list.
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
          { event: "api-keys-unusable", cause: problems[0] },
        );
        return;
      }
      keys.failure = null;
      report = new ReportLimit();
      keys.replace(entries);
      logger.log("info", "API keys were reloaded", {
        event: "api-keys-reloaded",
      });
    };
    keys.close = watch(path, () => {
      keys.reread();
      return keys.failure === null;
    });
    // Read after the watch has started, so that no change in between is missed.
    keys.replace(readKeyFile(path, directories).entries);
    return keys;
  }

  /** The caller of a key, or why the key is not valid. */
  callerOf(key: string): Caller | RefusalReason {
    // The digest as a text costs half of `digestOf`, which creates two objects.
    const id = hash("sha256", key, "base64");
    const entry = this.byDigest.get(id);
    const digest = Buffer.from(id, "base64");
    const isSame = timingSafeEqual(entry?.digest ?? NO_DIGEST, digest);
    if (entry === undefined || !isSame) {
      return this.revoked.has(id) ? "revoked-key" : "unknown-key";
    }
    return isExpired(entry.caller, this.now()) ? "expired-key" : entry.caller;
  }

  replace(entries: readonly KeyEntry[]): void {
    const before = this.byDigest;
    this.byDigest = new Map(
      entries.map((entry) => [entry.digest.toString("base64"), entry]),
    );
    for (const id of before.keys()) {
      if (!this.byDigest.has(id)) this.revoked.set(id, true);
    }
  }
}
