import { Injectable } from "@nestjs/common";
import type { RequestContext } from "../context/request-context.js";
import { ErrorCode } from "../errors/error-codes.js";
import { GatewayError } from "../errors/gateway-error.js";
import type { DirectoryTree } from "./directory-tree.js";

/** What a tree must contain. */
export interface ReadTreeOptions {
  /** Reads every folder with its name, for one call per folder. Default: false. */
  readonly folderNames?: boolean;
}

/** Reads the accounts and folders of resource directories. */
@Injectable()
export class DirectoryService {
  /**
   * Reads the whole directory of a request: one call, and one for each 100 accounts. The
   * result is cached for 60 seconds for each directory; folder names are cached on their
   * own. The caller must hold `directory:read`.
   *
   * @throws {GatewayError} UPSTREAM_DENIED without the vendor's permission,
   *   UPSTREAM_UNAVAILABLE if the vendor's pages contradict each other twice
   */
  readTree(
    _context: RequestContext,
    _options: ReadTreeOptions = {},
  ): Promise<DirectoryTree> {
    return Promise.reject(new GatewayError(ErrorCode.INTERNAL));
  }
}
