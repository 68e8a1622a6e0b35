import type { RequestContext } from "../../context/request-context.js";
import type { IdempotencyKeys } from "./idempotency-keys.js";

/**
 * Keeps the plan of a change that needs several writes, so that a repeated request
 * with the same idempotency key makes the same writes, although the state has changed.
 */
export class KeyedPlans {
  constructor(private readonly keys: IdempotencyKeys) {}

  /**
   * Resolves with the plan of an earlier request with this key and payload, otherwise
   * with a new one. A plan that cannot be made is not kept. Without a key, always makes
   * a new one.
   *
   * @param payload must be equal when the key is used again
   * @param isPlan whether a stored value is valid; a plan contains no personal data
   * @throws {GatewayError} of `make`, or of the key; see `IdempotencyKeys.claim`
   */
  async once<P extends object>(
    payload: object,
    isPlan: (stored: object) => stored is P,
    make: () => Promise<P>,
    { caller, directory, idempotency }: RequestContext,
  ): Promise<P> {
    if (idempotency === undefined) return make();
    const claim = await this.keys.claim({
      caller: caller.id,
      scope: [directory, idempotency.key, `${idempotency.field}.plan`],
      payload,
      isReadable: (result) => "answer" in result && isPlan(result.answer),
    });
    if (claim.kind === "replay") {
      return (claim.result as { readonly answer: P }).answer;
    }
    try {
      const plan = await make();
      await claim.hold.settle({ answer: plan });
      return plan;
    } catch (error) {
      await claim.hold.release();
      throw error;
    }
  }
}
