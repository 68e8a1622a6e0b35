import { isExpired, type Caller } from "../context/caller.js";
import { ErrorCode } from "../errors/error-codes.js";
import type { Headers } from "./credential.js";
import type { Authenticator } from "./authenticator.js";

/**
 * Pause between two checks of the credentials of open connections, in
 * milliseconds. The key file is read again within 2 s, so that a connection ends
 * within 5 s of the change.
 */
export const CHECK_EVERY_MS = 2_000;

/** A connection that outlives the request that opened it. */
export interface OpenConnection {
  /** Headers with the credential. */
  readonly headers: Headers;
  /** The caller as admitted. */
  readonly caller: Caller;
  /**
   * Ends the connection: UNAUTHENTICATED or FORBIDDEN. Called at each check
   * until the connection is removed.
   */
  readonly end: (code: ErrorCode) => void;
}

/** Repeats something; the returned function stops it. */
export type Every = (run: () => void, ms: number) => () => void;

const systemEvery: Every = (run, ms) => {
  const timer = setInterval(run, ms).unref();
  return () => clearInterval(timer);
};

/** Connections with one credential, which is verified once for all of them. */
interface Group {
  readonly headers: Headers;
  readonly connections: Set<OpenConnection>;
  isPending: boolean;
}

/**
 * Verifies the credentials of open connections again and again, and ends those
 * whose credential has expired, was revoked or has lost rights. A check charges
 * no rate limit.
 */
export class CredentialWatch {
  private readonly groups = new Map<string, Group>();
  private stop: (() => void) | null = null;

  constructor(
    private readonly signIn: Pick<Authenticator, "callerOf">,
    private readonly every: Every = systemEvery,
    private readonly now: () => number = Date.now,
  ) {}

  /** Number of connections that are watched. */
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
      const caller = await this.signIn.callerOf(group.headers);
      for (const connection of [...group.connections]) {
        const code = endReasonOf(connection.caller, caller);
        if (code !== null) connection.end(code);
      }
    } catch {
      // A credential that cannot be verified is not an invalid one.
      endExpired(group, this.now());
    } finally {
      group.isPending = false;
    }
  }
}

function endExpired({ connections }: Group, nowMs: number): void {
  for (const { caller, end } of [...connections]) {
    if (isExpired(caller, nowMs)) end(ErrorCode.UNAUTHENTICATED);
  }
}

/** Why a connection has to end; null while the caller keeps what was admitted. */
function endReasonOf(
  admitted: Caller,
  caller: Caller | null,
): ErrorCode | null {
  if (caller === admitted) return null;
  if (caller === null) return ErrorCode.UNAUTHENTICATED;
  const keepsAll =
    caller.id === admitted.id &&
    [...admitted.scopes].every((scope) => caller.scopes.has(scope)) &&
    admitted.directories.every((one) => caller.directories.includes(one));
  return keepsAll ? null : ErrorCode.FORBIDDEN;
}
