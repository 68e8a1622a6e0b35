import type { RequestContext } from "../context/request-context.js";
import { ErrorCode } from "../errors/error-codes.js";
import { GatewayError } from "../errors/gateway-error.js";
import type { Operation } from "./operations.js";
import type { UpstreamClient } from "./upstream.client.js";
import type { VendorAnswer, VendorParams } from "./vendor-types.js";

/**
 * The vendor, for every configured resource directory: each has a client with
 * keys, connections, queue, breaker and shared reads of its own.
 */
export class Upstream {
  /** @param clients by the alias of their directory */
  constructor(private readonly clients: ReadonlyMap<string, UpstreamClient>) {}

  /**
   * Sends one operation to the request's directory; see `UpstreamClient.call`.
   *
   * @throws {GatewayError} always of this class
   */
  call<O extends Operation>(
    operation: O,
    params: VendorParams[O],
    context: RequestContext,
  ): Promise<VendorAnswer<O>> {
    const client = this.clients.get(context.directory);
    // The front door lets no unknown alias through.
    if (client === undefined) throw new GatewayError(ErrorCode.INTERNAL);
    return client.call(operation, params, context);
  }
}
