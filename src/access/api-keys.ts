import { timingSafeEqual } from "node:crypto";
import { unwatchFile, watchFile, type StatsListener } from "node:fs";
import { isExpired, type Caller } from "../context/caller.js";
import type { Logger } from "../logging/logger.js";
import {
  digestOf,
  NO_DIGEST,
  readKeyFile,
  type KeyEntry,
} from "../config/key-file.js";

/** How often the file's time stamp is looked at. */
const LOOK_EVERY_MS = 1_000;

/**
 * The API keys that are accepted at present. Holds hashes only; a lookup costs
 * one SHA-256 and one constant-time comparison.
 */
export class ApiKeys {
  private byDigest = new Map<string, KeyEntry>();
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
   * Keys of a file that is read again whenever it changes. A changed file that
   * cannot be used leaves the keys as they were, and is logged.
   */
  static watching(
    path: string,
    directories: readonly string[],
    logger: Logger,
  ): ApiKeys {
    const keys = new ApiKeys(readKeyFile(path, directories).entries);
    keys.reread = () => {
      const { entries, problems } = readKeyFile(path, directories);
      if (problems.length > 0) {
        logger.log("error", "the changed API key file cannot be used");
        return;
      }
      keys.replace(entries);
      logger.log("info", "API keys were read again");
    };
    // By looking, not by events: an event is lost when a mounted file is
    // replaced through a link, as orchestrators do with secrets.
    const onLook: StatsListener = (now, before) => {
      // Reading a file counts as a change of it as well.
      if (now.mtimeMs !== before.mtimeMs || now.ino !== before.ino) {
        keys.reread();
      }
    };
    watchFile(path, { interval: LOOK_EVERY_MS, persistent: false }, onLook);
    keys.close = () => unwatchFile(path, onLook);
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
