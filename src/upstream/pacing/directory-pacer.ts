import { ErrorCode } from "../../errors/error-codes.js";
import type { Outcome } from "../attempts/outcome.js";
import type { Operation } from "../operations.js";
import type { Timing } from "../timing.js";
import { AdaptiveLimit } from "./adaptive-limit.js";
import { LocalCallTokens, type CallTokens } from "./call-tokens.js";
import { OperationPacer, type PacedCall } from "./operation-pacer.js";

/** Rate of one operation in one directory. */
export interface PacingStatus {
  readonly operation: Operation;
  /** Calls per second that are allowed at the moment. */
  readonly perSecond: number;
  readonly waiting: number;
}

/** The vendor's published calls per second for each main account and operation. */
const USUAL_RATE = 20;

/**
 * Higher rates. Documented for version 2020-03-31 of the API; that they hold for 2022-04-19
 * is inferred. No rate is published for GetFolder.
 */
const RATES: Readonly<Partial<Record<Operation, number>>> = {
  getResourceDirectory: 50,
  listFoldersForParent: 50,
};

/** Paces the calls of one directory. */
export class DirectoryPacer {
  private readonly pacers = new Map<Operation, OperationPacer>();

  /**
   * @param perSecond calls per second and operation; 0 for no limit. Operations with a
   *   higher published rate get proportionally more.
   * @param tokensOf tokens of an operation, which replicas may share
   */
  constructor(
    private readonly perSecond: number,
    private readonly timing: Pick<Timing, "now" | "sleep">,
    private readonly tokensOf: (operation: Operation) => CallTokens = () =>
      new LocalCallTokens(timing.now),
  ) {}

  /**
   * Resolves when a call may be sent.
   *
   * @throws {GatewayError} UPSTREAM_THROTTLED if it cannot be sent in time
   */
  acquire(operation: Operation, call: PacedCall): Promise<void> {
    return this.perSecond === 0
      ? Promise.resolve()
      : this.pacerOf(operation).acquire(call);
  }

  /** Adapts the rate to the outcome of an attempt. */
  record(operation: Operation, outcome: Outcome<unknown>): void {
    if (this.perSecond === 0) return;
    if (outcome.kind === "answered") this.pacerOf(operation).recordSuccess();
    else if (
      outcome.kind === "transient" &&
      outcome.error.code === ErrorCode.UPSTREAM_THROTTLED
    ) {
      this.pacerOf(operation).recordThrottled(outcome.retryAfterMs);
    }
  }

  /** Whether more than half of the rate of an operation is used. */
  isUnderPressure(operation: Operation): boolean {
    return this.pacers.get(operation)?.isUnderPressure ?? false;
  }

  /** Whether calls of an operation can be made that no request waits for. */
  hasSpareCalls(operation: Operation): boolean {
    return this.pacers.get(operation)?.hasSpareCalls ?? true;
  }

  /** Operations that were called so far. */
  get statuses(): readonly PacingStatus[] {
    return [...this.pacers].map(([operation, { status }]) => ({
      operation,
      ...status,
    }));
  }

  private pacerOf(operation: Operation): OperationPacer {
    let pacer = this.pacers.get(operation);
    if (pacer === undefined) {
      const rate = (RATES[operation] ?? USUAL_RATE) / USUAL_RATE;
      const limit = new AdaptiveLimit(
        Math.floor(this.perSecond * rate),
        this.timing.now,
      );
      pacer = new OperationPacer(this.tokensOf(operation), limit, this.timing);
      this.pacers.set(operation, pacer);
    }
    return pacer;
  }
}
