import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import type {
  InvalidationBus,
  InvalidationListener,
  RemoteWrite,
} from "../../upstream/reads/invalidation-bus.js";
import { parseJson, shortText } from "../checked-values.js";
import type { RedisConnection } from "./redis-connection.js";
import { stateKey } from "../state-formats.js";

const CHANNEL = `${stateKey("reads")}:changed`;

/** Longer messages are ignored; a real one has an alias and a contact id. */
const MAX_LENGTH = 1_024;

const REMOTE_WRITE = z.object({
  replica: shortText(64),
  directory: shortText(64),
  contactId: shortText(256).nullable(),
  // Versions before 0.3 neither send nor read it: they invalidate everything.
  keepsProgress: z.boolean().optional(),
});

/** Maximum wait for an echo; a read from the vendor is faster than a longer one. */
const ECHO_TIMEOUT_MS = 50;

/**
 * After a failure of Redis, a replica does not use its cache for this long: other
 * replicas may need longer to recover, and cannot publish their writes until then.
 */
const QUIET_MS = 5_000;

/**
 * A write whose message cannot be published is delayed until it can, at most this long.
 * Once an outage has lasted for twice as long, every replica has noticed it and does not
 * use its cache, so writes are not delayed.
 */
const DELIVERY_MS = 1_000;

/** During an outage, listeners are called at least this often. */
const TROUBLE_EVERY_MS = 3_000;
const DELIVERY_RETRY_MS = 25;

/** Waits for one echo. */
interface Ping {
  readonly id: string;
  readonly answer: Promise<boolean>;
  readonly settle: (isUpToDate: boolean) => void;
}

/**
 * Informs all replicas of writes over Redis publish/subscribe.
 *
 * Redis delivers messages to one connection in the order in which it received them. A
 * replica that publishes a message to itself and receives it has therefore received
 * every write that was published before. It does not use its cache while it cannot
 * receive anything.
 *
 * A replica that alone loses its connection to Redis cannot inform the others. They may
 * then serve reads from before its writes, until their entries expire.
 */
export class RedisInvalidationBus implements InvalidationBus {
  readonly isShared = true;
  private readonly replica = randomUUID();
  private readonly echoChannel = `${stateKey("reads")}:echo:${this.replica}`;
  private readonly listeners: InvalidationListener[] = [];
  /** The ping whose echo has not arrived. */
  private sent: Ping | null = null;
  /** Sent after the echo of `sent`; serves the reads that arrived after that one. */
  private next: Ping | null = null;
  /** Whether the last echo did not arrive in time. */
  private isSuspect = false;
  private troubleAtMs = Number.NEGATIVE_INFINITY;
  private outageSinceMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly connection: Pick<
      RedisConnection,
      "deliver" | "isUnavailable" | "onTrouble" | "subscribe"
    >,
    private readonly now: () => number = () => performance.now(),
  ) {
    // In this order, also after a reconnect: an echo proves both subscriptions.
    connection.subscribe(CHANNEL, (text) => this.receive(text));
    connection.subscribe(this.echoChannel, (id) => this.receiveEcho(id));
    connection.onTrouble(() => {
      const nowMs = this.now();
      if (nowMs - this.troubleAtMs > TROUBLE_EVERY_MS) {
        this.outageSinceMs = nowMs;
      }
      this.troubleAtMs = nowMs;
      for (const listener of this.listeners) listener.onGap();
    });
  }

  async publish(write: RemoteWrite): Promise<void> {
    const text = JSON.stringify({ replica: this.replica, ...write });
    const startedAtMs = this.now();
    while (!(await this.connection.deliver(CHANNEL, text))) {
      const nowMs = this.now();
      const isOver =
        nowMs - startedAtMs >= DELIVERY_MS ||
        nowMs - this.outageSinceMs >= 2 * DELIVERY_MS;
      if (isOver) return;
      await delay(DELIVERY_RETRY_MS);
    }
  }

  subscribe(listener: InvalidationListener): void {
    this.listeners.push(listener);
  }

  isUpToDate(): Promise<boolean> {
    const isQuiet = this.now() - this.troubleAtMs >= QUIET_MS;
    if (!isQuiet || this.connection.isUnavailable) {
      return Promise.resolve(false);
    }
    if (this.sent === null) {
      const { answer } = this.ping();
      return this.isSuspect ? Promise.resolve(false) : answer;
    }
    if (this.isSuspect) return Promise.resolve(false);
    this.next ??= newPing();
    return this.next.answer;
  }

  private ping(ping = newPing()): Ping {
    this.sent = ping;
    const timer = setTimeout(() => {
      this.isSuspect = true;
      this.settle(ping, false);
    }, ECHO_TIMEOUT_MS);
    void ping.answer.then(() => clearTimeout(timer));
    void this.connection.deliver(this.echoChannel, ping.id).then((isDone) => {
      if (!isDone) this.settle(ping, false);
    });
    return ping;
  }

  private receiveEcho(id: string): void {
    if (this.sent?.id !== id) return;
    this.isSuspect = false;
    this.settle(this.sent, true);
  }

  /** Settles the ping that was sent, and sends the next one. */
  private settle(ping: Ping, isUpToDate: boolean): void {
    ping.settle(isUpToDate);
    if (this.sent !== ping) return;
    this.sent = null;
    const { next } = this;
    this.next = null;
    if (next === null) return;
    if (isUpToDate) this.ping(next);
    else next.settle(false);
  }

  private receive(text: string): void {
    const write =
      text.length > MAX_LENGTH ? null : parseJson(text, REMOTE_WRITE);
    if (write?.replica === this.replica) return;
    for (const listener of this.listeners) {
      // A message that cannot be read may concern any contact.
      if (write === null) listener.onGap();
      else listener.onWrite(write);
    }
  }
}

function newPing(): Ping {
  let settle: (isUpToDate: boolean) => void = () => undefined;
  const answer = new Promise<boolean>((resolve) => (settle = resolve));
  return { id: randomUUID(), answer, settle };
}
