import { addressKey } from "../../access/rate-limits.js";
import { hasSignIn, type Config } from "../../config/config.js";

/** How many WebSockets are held open at once. */
export interface SlotLimits {
  /** Signed-in sockets, all callers together. */
  readonly signedIn: number;
  /** Signed-in sockets of one caller. */
  readonly perCaller: number;
  /** Sockets that have not signed in, all addresses together. */
  readonly waiting: number;
  /** Sockets of one address (IPv6: one /64) that have not signed in. */
  readonly waitingPerAddress: number;
}

/** What a slot is held for. */
type Slot =
  | {
      readonly kind: "waiting";
      readonly address: string;
      readonly evict: () => void;
    }
  | { readonly kind: "signed-in"; readonly callerId: string };

/** A caller may hold this share of all sockets unless configured otherwise. */
const SHARE = 4;

const USUAL_PER_CALLER = 100;

/**
 * The limits of a configuration. Without sign-in there is one caller, who may
 * hold every socket.
 */
export function slotsOf(config: Config): SlotLimits {
  const { MAX_WEBSOCKETS: most, MAX_WEBSOCKETS_PER_CALLER: perCaller } = config;
  const share = Math.max(1, Math.floor(most / SHARE));
  const usual = hasSignIn(config) ? Math.min(USUAL_PER_CALLER, share) : most;
  return {
    signedIn: most,
    perCaller: perCaller ?? usual,
    waiting: most,
    waitingPerAddress: share,
  };
}

/**
 * Counts WebSockets: by address until they sign in, by caller afterwards.
 *
 * A new socket is never refused for the number of those that wait to sign in:
 * the one that has waited longest is closed instead. An honest client signs in
 * within one round trip, so that only silent sockets wait long.
 */
export class SocketSlots {
  private readonly slots = new Map<object, Slot>();
  /** Waiting sockets in order of arrival. */
  private readonly byAddress = new Map<string, Set<object>>();
  private readonly byCaller = new Map<string, number>();
  private waitingCount = 0;
  private evictedCount = 0;

  constructor(readonly limits: SlotLimits) {}

  /** Sockets that have not signed in. */
  get waiting(): number {
    return this.waitingCount;
  }

  get signedIn(): number {
    return this.slots.size - this.waitingCount;
  }

  /** Sockets that were closed before they signed in, to make room. */
  get evicted(): number {
    return this.evictedCount;
  }

  /**
   * Takes in a socket that has not signed in yet.
   *
   * @param evict closes the socket at once
   */
  arrive(socket: object, remoteAddress: string, evict: () => void): void {
    const address = addressKey(remoteAddress);
    let mine = this.byAddress.get(address);
    if (mine === undefined) {
      mine = new Set();
      this.byAddress.set(address, mine);
    }
    mine.add(socket);
    this.slots.set(socket, { kind: "waiting", address, evict });
    this.waitingCount += 1;
    if (mine.size > this.limits.waitingPerAddress) this.evictOldest(mine);
    else if (this.waitingCount > this.limits.waiting) {
      this.evictOldest(this.largest());
    }
  }

  /**
   * Turns the slot of a waiting socket into one of its caller.
   *
   * @returns false when the caller, or all callers together, hold as many as
   *   allowed; the socket then keeps waiting
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

  /** Frees the slot of a socket that has closed. */
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

  /** Waiting sockets of the address that has the most. */
  private largest(): ReadonlySet<object> {
    let largest: ReadonlySet<object> = new Set();
    for (const sockets of this.byAddress.values()) {
      if (sockets.size > largest.size) largest = sockets;
    }
    return largest;
  }
}
