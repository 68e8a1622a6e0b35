import { isExpired, type Caller } from "../context/caller.js";
import { ErrorCode, type Sentence } from "../errors/error-codes.js";
import { GatewayError } from "../errors/gateway-error.js";
import type { RefusalReason } from "../errors/refusal-reasons.js";
import type { Headers } from "./credential.js";
import type { Authenticator } from "./authenticator.js";

/**
 * Interval between checks of open connections, in milliseconds. The key file is
 * reloaded within 2 s of a change, so that affected connections end within 5 s.
 */
export const CHECK_EVERY_MS = 2_000;

const LOST_RIGHTS: Sentence = {
  en: "Your credential has fewer scopes or directories than when this connection was opened. Connect again to continue with the remaining rights.",
  zh: "您的凭证权限或可用目录少于建立此连接时的范围。如需以剩余权限继续，请重新建立连接。",
};

/**
 * A connection that stays open after its request, such as a stream or a
 * WebSocket.
 */
export interface OpenConnection {
  /** Headers with the credential. */
  readonly headers: Headers;
  /** The caller when the connection was opened. */
  readonly caller: Caller;
  /**
   * Ends the connection with UNAUTHENTICATED or FORBIDDEN. Called at each check
   * until the connection is removed.
   */
  readonly end: (error: GatewayError) => void;
}

/** Runs a function at an interval; the returned function stops it. */
export type Every = (run: () => void, ms: number) => () => void;

const systemEvery: Every = (run, ms) => {
  const timer = setInterval(run, ms).unref();
  return () => clearInterval(timer);
};

/** Connections with the same credential. One check serves all of them. */
interface Group {
  readonly headers: Headers;
  readonly connections: Set<OpenConnection>;
  isPending: boolean;
}

/**
 * Verifies the credentials of open connections periodically. Ends connections
 * whose credential has expired, was revoked or has lost rights. Checks do not
 * count against rate limits.
 */
export class CredentialWatch {
  private readonly groups = new Map<string, Group>();
  private stop: (() => void) | null = null;

  constructor(
    private readonly authenticator: Pick<Authenticator, "callerOf">,
    private readonly every: Every = systemEvery,
    private readonly now: () => number = Date.now,
  ) {}

  /** Number of watched connections. */
  get size(): number {
    let size = 0;
    for (const { connections } of this.groups.values()) {
      size += connections.size;
    }
    return size;
  }

  /** Watches a connection; the returned function removes it. */
  add(connection: OpenConnection): () => void {
    const { authorization, "x-api-key": apiKey } = connection.headers;
    const key = JSON.stringify([authorization, apiKey]);
    let group = this.groups.get(key);
    if (group === undefined) {
      const headers = { authorization, "x-api-key": apiKey };
      group = { headers, connections: new Set(), isPending: false };
      this.groups.set(key, group);
    }
    const { connections } = group;
    connections.add(connection);
    this.stop ??= this.every(() => this.check(), CHECK_EVERY_MS);
    return () => {
      connections.delete(connection);
      if (connections.size === 0 && this.groups.get(key) === group) {
        this.groups.delete(key);
      }
      if (this.groups.size > 0) return;
      this.stop?.();
      this.stop = null;
    };
  }

  private check(): void {
    for (const group of this.groups.values()) void this.checkGroup(group);
  }

  private async checkGroup(group: Group): Promise<void> {
    if (group.isPending) {
      endExpired(group, this.now());
      return;
    }
    group.isPending = true;
    try {
      const caller = await this.authenticator.callerOf(group.headers);
      for (const connection of [...group.connections]) {
        const error = endReasonOf(connection.caller, caller);
        if (error !== null) connection.end(error);
      }
    } catch {
      // A failed verification does not prove that the credential is invalid.
      endExpired(group, this.now());
    } finally {
      group.isPending = false;
    }
  }
}

function endExpired({ connections }: Group, nowMs: number): void {
  for (const { caller, end } of [...connections]) {
    if (isExpired(caller, nowMs)) end(unauthenticated("expired-token"));
  }
}

/** Why a connection must end; null while the caller keeps all of its rights. */
function endReasonOf(
  admitted: Caller,
  caller: Caller | RefusalReason,
): GatewayError | null {
  if (caller === admitted) return null;
  if (typeof caller === "string") return unauthenticated(caller);
  const keepsAll =
    caller.id === admitted.id &&
    [...admitted.scopes].every((scope) => caller.scopes.has(scope)) &&
    admitted.directories.every((one) => caller.directories.includes(one));
  return keepsAll
    ? null
    : new GatewayError(ErrorCode.FORBIDDEN, {
        reason: "lost-rights",
        advice: LOST_RIGHTS,
      });
}

function unauthenticated(reason: RefusalReason): GatewayError {
  return new GatewayError(ErrorCode.UNAUTHENTICATED, { reason });
}
