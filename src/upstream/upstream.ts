import type { RequestContext } from "../context/request-context.js";
import { ErrorCode } from "../errors/error-codes.js";
import { GatewayError } from "../errors/gateway-error.js";
import type { AuditTrail } from "../logging/audit.js";
import { audited } from "./writes/audited-write.js";
import { OPERATIONS, type Operation } from "./operations.js";
import { RunningWrites, type CutOffWrite } from "./writes/running-writes.js";
import type { ClientStatus, UpstreamClient } from "./upstream.client.js";
import type { UpstreamTracer } from "./upstream-observer.js";
import type { VendorAnswer, VendorParams } from "./vendor/vendor-types.js";
import type { WriteHooks } from "./writes/write-hooks.js";

/**
 * The vendor, for every configured resource directory: each has a client with
 * keys, connections, queue, breaker and shared reads of its own.
 */
export class Upstream {
  private readonly running = new RunningWrites();

  /** @param clients by the alias of their directory */
  constructor(
    private readonly clients: ReadonlyMap<string, UpstreamClient>,
    private readonly trail: AuditTrail,
    private readonly tracer?: UpstreamTracer,
  ) {}

  /**
   * Sends one operation to the request's directory; see `UpstreamClient.call`.
   *
   * @throws {GatewayError} always of this class
   */
  call<O extends Operation>(
    operation: O,
    params: VendorParams[O],
    context: RequestContext,
    hooks?: WriteHooks,
  ): Promise<VendorAnswer<O>> {
    const client = this.clients.get(context.directory);
    // The front door lets no unknown alias through.
    if (client === undefined) throw new GatewayError(ErrorCode.INTERNAL);
    const call = (): Promise<VendorAnswer<O>> =>
      this.tracer === undefined
        ? client.execute(operation, params, context, hooks)
        : this.tracer.operation(operation, context, () =>
            client.execute(operation, params, context, hooks),
          );
    return OPERATIONS[operation].kind === "read"
      ? call()
      : audited(this.trail, this.running, operation, params, context, call);
  }

  /** How each directory's client stands, by alias. */
  statuses(): Iterable<readonly [string, ClientStatus]> {
    return [...this.clients].map(([alias, { status: standing }]) => [
      alias,
      standing,
    ]);
  }

  /**
   * Records each running change on the audit trail as one of unknown outcome.
   * For the moment before the process is ended by force.
   */
  auditRunningWrites(): readonly CutOffWrite[] {
    return this.running.cutOff();
  }

  /** Closes idle connections and lets running calls finish. */
  async close(): Promise<void> {
    await Promise.all([...this.clients.values()].map((one) => one.close()));
  }
}
