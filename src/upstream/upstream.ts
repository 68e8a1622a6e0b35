import type { RequestContext } from "../context/request-context.js";
import { ErrorCode } from "../errors/error-codes.js";
import { GatewayError } from "../errors/gateway-error.js";
import type { AuditTrail } from "../logging/audit.js";
import type { KeyedPlans } from "./idempotency/keyed-plans.js";
import { OPERATIONS, type Operation } from "./operations.js";
import { WriteAudit, type InterruptedWrite } from "./writes/write-audit.js";
import type { ClientStatus, UpstreamClient } from "./upstream.client.js";
import type { UpstreamTracer } from "./upstream-observer.js";
import type {
  VendorAnswer,
  VendorContact,
  VendorParams,
} from "./vendor/vendor-types.js";
import type { WriteHooks } from "./writes/write-hooks.js";

/**
 * The vendor's API for all configured resource directories. Each directory has its
 * own client: credentials, connections, write queue, breakers and coalesced reads.
 */
export class Upstream {
  private readonly audit: WriteAudit;

  /** @param clients keyed by directory alias */
  constructor(
    private readonly clients: ReadonlyMap<string, UpstreamClient>,
    trail: AuditTrail,
    private readonly tracer?: UpstreamTracer,
  ) {
    this.audit = new WriteAudit(trail);
  }

  /**
   * Sends one operation to the request's directory; see `UpstreamClient.execute`.
   *
   * @throws {GatewayError} always this class
   */
  call<O extends Operation>(
    operation: O,
    params: VendorParams[O],
    context: RequestContext,
    hooks?: WriteHooks,
  ): Promise<VendorAnswer<O>> {
    const client = this.clientOf(context);
    const call = (): Promise<VendorAnswer<O>> =>
      this.tracer === undefined
        ? client.execute(operation, params, context, hooks)
        : this.tracer.operation(operation, context, () =>
            client.execute(operation, params, context, hooks),
          );
    return OPERATIONS[operation].kind === "read"
      ? call()
      : this.audit.run(operation, params, context, call);
  }

  /**
   * Version of a contact of the request's directory; see `ContactVersions`.
   *
   * @throws {GatewayError} INTERNAL for an unknown directory
   */
  versionOf(contact: VendorContact, context: RequestContext): string {
    return this.clientOf(context).versions.of(contact);
  }

  /** Plans of the request's directory, kept for each idempotency key. */
  plansOf(context: RequestContext): KeyedPlans {
    return this.clientOf(context).plans;
  }

  private clientOf({ directory }: RequestContext): UpstreamClient {
    const client = this.clients.get(directory);
    // The request hooks reject unknown aliases, so this is a bug.
    if (client === undefined) throw new GatewayError(ErrorCode.INTERNAL);
    return client;
  }

  /** Current status of each directory's client, by alias. */
  statuses(): Iterable<readonly [string, ClientStatus]> {
    return [...this.clients].map(([alias, { status }]) => [alias, status]);
  }

  /**
   * Records each running write in the audit trail with an unknown outcome.
   * Called immediately before a forced exit.
   */
  auditRunningWrites(): readonly InterruptedWrite[] {
    return this.audit.recordRunning();
  }

  /** Waits for running calls, then closes all connections. */
  async close(): Promise<void> {
    await Promise.all([...this.clients.values()].map((one) => one.close()));
  }
}
