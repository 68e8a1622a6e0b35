import { Inject, Injectable, Optional } from "@nestjs/common";
import { CallSettings } from "../config/call-settings.js";
import { Config } from "../config/config.js";
import type { RequestContext } from "../context/request-context.js";
import { SYSTEM_TIMING, type Timing } from "../upstream/timing.js";
import { Upstream } from "../upstream/upstream.js";
import { readAccounts } from "./account-pages.js";
import { CachedReads } from "./cached-reads.js";
import {
  InconsistentPages,
  inconsistentDirectory,
  unknownTarget,
} from "./directory-errors.js";
import {
  DirectoryTree,
  type DirectoryAccount,
  type DirectoryFolder,
} from "./directory-tree.js";
import { readFolders } from "./folder-walk.js";

/** Lifetime of a tree, in milliseconds. Accounts rarely join, leave or move; our choice. */
const LIFETIME_MS = 60_000;

/** What a tree must contain. */
export interface ReadTreeOptions {
  /** Reads every folder with its name, for one call per folder. Default: false. */
  readonly folderNames?: boolean;
}

/** Clock of the cache. */
export const DIRECTORY_CLOCK = Symbol("DirectoryClock");

/**
 * Reads the accounts and folders of resource directories. Callers must check the scope
 * `directory:read` first.
 *
 * A tree needs many calls, and the vendor has no filter by folder. So the tree of each
 * directory is kept in memory for 60 seconds, or with `READ_CACHE_MS=0` only for the
 * request. The vendor does not report changes of the directory.
 */
@Injectable()
export class DirectoryService {
  private readonly trees: CachedReads<DirectoryTree>;
  private readonly folders: CachedReads<readonly DirectoryFolder[]>;
  /** The tree with folder names, by the tree without them. */
  private readonly named = new WeakMap<
    DirectoryTree,
    {
      readonly folders: readonly DirectoryFolder[];
      readonly tree: DirectoryTree;
    }
  >();

  constructor(
    @Inject(Upstream) private readonly upstream: Upstream,
    @Optional()
    @Inject(DIRECTORY_CLOCK)
    { now }: Pick<Timing, "now"> = SYSTEM_TIMING,
    @Inject(Config)
    private readonly config: Pick<
      Config,
      "MAX_UPSTREAM_CALLS_PER_REQUEST" | "READ_CACHE_MS"
    > = new CallSettings(),
  ) {
    const lifetimeMs = this.config.READ_CACHE_MS === 0 ? 0 : LIFETIME_MS;
    this.trees = new CachedReads(lifetimeMs, now);
    this.folders = new CachedReads(lifetimeMs, now);
  }

  /**
   * Reads the whole directory of a request: one call, and one for each 100 accounts; with
   * folder names, also one for each folder. Accounts and folder names are cached separately.
   *
   * @throws {GatewayError} UPSTREAM_DENIED without the vendor's permission,
   *   UPSTREAM_UNAVAILABLE if the vendor's pages contradict each other twice,
   *   REQUEST_TOO_COSTLY if the directory needs more calls than one request may make
   */
  async readTree(
    context: RequestContext,
    { folderNames = false }: ReadTreeOptions = {},
  ): Promise<DirectoryTree> {
    const { MAX_UPSTREAM_CALLS_PER_REQUEST: maxCalls } = this.config;
    const tree = await this.trees.get(context.directory, context, (shared) =>
      readTwice(
        async () =>
          new DirectoryTree(
            await readAccounts(this.upstream, maxCalls, shared),
          ),
      ),
    );
    if (!folderNames) return tree;
    const folders = await this.folders.get(
      context.directory,
      context,
      (shared) =>
        readTwice(() =>
          readFolders(this.upstream, tree.rootFolderId, maxCalls, shared),
        ),
    );
    return this.withFolders(tree, folders);
  }

  /**
   * Accounts that a binding to a target reaches. Needs one further call for a folder that
   * the tree does not contain: it has no accounts, or does not exist.
   *
   * @param field name of the argument, for the error
   * @throws {GatewayError} BINDING_TARGET_NOT_FOUND for an unknown target
   */
  async accountsUnder(
    tree: DirectoryTree,
    targetId: string,
    context: RequestContext,
    field = "under",
  ): Promise<readonly DirectoryAccount[]> {
    const known = tree.accountsUnder(targetId);
    if (known !== undefined) return known;
    if (tree.hasFolderNames || !targetId.startsWith("fd-")) {
      throw unknownTarget(targetId, field);
    }
    await this.upstream.call("getFolder", { FolderId: targetId }, context);
    return [];
  }

  private withFolders(
    tree: DirectoryTree,
    folders: readonly DirectoryFolder[],
  ): DirectoryTree {
    const known = this.named.get(tree);
    if (known?.folders === folders) return known.tree;
    const named = new DirectoryTree({ ...tree, folders });
    this.named.set(tree, { folders, tree: named });
    return named;
  }
}

/** Reads once more if the pages contradict each other: something may have changed meanwhile. */
async function readTwice<T>(read: () => Promise<T>): Promise<T> {
  for (let isLast = false; ; isLast = true) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof InconsistentPages)) throw error;
      if (isLast) throw inconsistentDirectory();
    }
  }
}
