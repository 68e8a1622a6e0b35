import { addressKey } from "../../access/rate-limits.js";
import { hasSignIn, type Config } from "../../config/config.js";

/** Maximum numbers of open WebSockets. */
export interface SlotLimits {
  /** Signed-in sockets of all callers together. */
  readonly signedIn: number;
  /** Signed-in sockets of one caller. */
  readonly perCaller: number;
  /** Sockets of all addresses that have not signed in. */
  readonly waiting: number;
  /** Sockets of one address (IPv6: one /64) that have not signed in. */
  readonly waitingPerAddress: number;
}

/** State of one socket. */
type Slot =
  | {
      readonly kind: "waiting";
      readonly address: string;
      readonly evict: () => void;
    }
  | { readonly kind: "signed-in"; readonly callerId: string };

/** By default, one caller may hold at most 1/4 of all sockets. */
const SHARE_DIVISOR = 4;

const DEFAULT_PER_CALLER = 100;

/**
 * Derives the limits from the configuration. Without authentication there is only
 * one caller, who may hold every socket.
 */
export function slotsOf(config: Config): SlotLimits {
  const { MAX_WEBSOCKETS: max, MAX_WEBSOCKETS_PER_CALLER: perCaller } = config;
  const share = Math.max(1, Math.floor(max / SHARE_DIVISOR));
  const byDefault = hasSignIn(config)
    ? Math.min(DEFAULT_PER_CALLER, share)
    : max;
  return {
    signedIn: max,
    perCaller: perCaller ?? byDefault,
    waiting: max,
    waitingPerAddress: share,
  };
}

/**
 * Limits WebSockets: per address until they sign in, per caller afterwards.
 *
 * When too many sockets wait to sign in, the oldest one is closed and the new one
 * is accepted. A normal client signs in within one round trip, so only idle
 * sockets get old.
 */
export class SocketSlots {
  private readonly slots = new Map<object, Slot>();
  /** Sockets that have not signed in, in order of arrival. */
  private readonly byAddress = new Map<string, Set<object>>();
  private readonly byCaller = new Map<string, number>();
  private waitingCount = 0;
  private evictedCount = 0;

  constructor(readonly limits: SlotLimits) {}

  /** Number of sockets that have not signed in. */
  get waiting(): number {
    return this.waitingCount;
  }

  /** Number of signed-in sockets. */
  get signedIn(): number {
    return this.slots.size - this.waitingCount;
  }

  /** Number of waiting sockets closed because of the limits. */
  get evicted(): number {
    return this.evictedCount;
  }

  /**
   * Adds a socket that has not signed in yet.
   *
   * @param evict closes the socket at once
   */
  arrive(socket: object, remoteAddress: string, evict: () => void): void {
    const address = addressKey(remoteAddress);
    let sockets = this.byAddress.get(address);
    if (sockets === undefined) {
      sockets = new Set();
      this.byAddress.set(address, sockets);
    }
    sockets.add(socket);
    this.slots.set(socket, { kind: "waiting", address, evict });
    this.waitingCount += 1;
    if (sockets.size > this.limits.waitingPerAddress) this.evictOldest(sockets);
    else if (this.waitingCount > this.limits.waiting) {
      this.evictOldest(this.largest());
    }
  }

  /**
   * Moves a waiting socket to the slots of its caller.
   *
   * @returns false at the limit of the caller or of all callers; the socket then
   *   remains a waiting one
   */
  signIn(socket: object, callerId: string): boolean {
    if (this.slots.get(socket)?.kind !== "waiting") return false;
    const held = this.byCaller.get(callerId) ?? 0;
    const { perCaller, signedIn } = this.limits;
    if (held >= perCaller || this.signedIn >= signedIn) return false;
    this.leave(socket);
    this.slots.set(socket, { kind: "signed-in", callerId });
    this.byCaller.set(callerId, held + 1);
    return true;
  }

  isSignedIn(socket: object): boolean {
    return this.slots.get(socket)?.kind === "signed-in";
  }

  /** Removes a socket that has closed. */
  leave(socket: object): void {
    const slot = this.slots.get(socket);
    if (slot === undefined) return;
    this.slots.delete(socket);
    if (slot.kind === "waiting") {
      this.waitingCount -= 1;
      const others = this.byAddress.get(slot.address);
      others?.delete(socket);
      if (others?.size === 0) this.byAddress.delete(slot.address);
      return;
    }
    const left = (this.byCaller.get(slot.callerId) ?? 1) - 1;
    if (left === 0) this.byCaller.delete(slot.callerId);
    else this.byCaller.set(slot.callerId, left);
  }

  private evictOldest(sockets: ReadonlySet<object>): void {
    const [oldest] = sockets;
    const slot = oldest === undefined ? undefined : this.slots.get(oldest);
    if (oldest === undefined || slot?.kind !== "waiting") return;
    this.leave(oldest);
    this.evictedCount += 1;
    slot.evict();
  }

  /** Waiting sockets of the address with the largest number of them. */
  private largest(): ReadonlySet<object> {
    let largest: ReadonlySet<object> = new Set();
    for (const sockets of this.byAddress.values()) {
      if (sockets.size > largest.size) largest = sockets;
    }
    return largest;
  }
}
