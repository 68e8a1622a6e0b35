import type { FastifyInstance } from "fastify";
import { ErrorCode, type Sentence } from "../errors/error-codes.js";
import { GatewayError } from "../errors/gateway-error.js";
import { openIdempotency } from "../context/request-context.js";
import type { Logger } from "../logging/logger.js";
import { refuse } from "./refusal.js";

/** 1 to 255 visible ASCII characters. */
export const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

const KEY_PROBLEM: Sentence = {
  en: "Idempotency-Key must be 1 to 255 visible ASCII characters without spaces, sent once.",
  zh: "Idempotency-Key 须为 1 到 255 个可见 ASCII 字符，不含空格，且仅发送一次。",
};

const KEY_ADVICE: Sentence = {
  en: "Use a random value for each change, such as a UUID: 0f4e6c1a-6b1e-4d0b-9d4c-0a6f2f1c7b55.",
  zh: "请为每项变更使用随机值，例如 UUID：0f4e6c1a-6b1e-4d0b-9d4c-0a6f2f1c7b55。",
};

/**
 * Response header of a replayed result
 * (`draft-ietf-httpapi-idempotency-key-header`).
 */
const REPLAYED = "idempotent-replayed";

/**
 * Adds the `Idempotency-Key` of a request to its context and marks replayed
 * responses. Ignores the header on GET requests.
 */
export function acceptIdempotencyKeys(
  fastify: FastifyInstance,
  logger: Logger,
): void {
  fastify.addHook("onRequest", (request, reply, done) => {
    const key = request.headers["idempotency-key"];
    if (key === undefined || request.method === "GET") {
      done();
      return;
    }
    if (typeof key !== "string" || !IDEMPOTENCY_KEY.test(key)) {
      const error = new GatewayError(ErrorCode.BAD_REQUEST, {
        field: ["Idempotency-Key"],
        problem: KEY_PROBLEM,
        advice: KEY_ADVICE,
        reason: "invalid-header",
        header: "idempotency-key",
      });
      void refuse(request, reply, error, logger);
      return;
    }
    request.callContext.idempotency = openIdempotency(key);
    done();
  });
  fastify.addHook("onSend", (request, reply, payload, done) => {
    if (request.callContext?.idempotency?.isReplayed === true) {
      void reply.header(REPLAYED, "true");
    }
    done(null, payload);
  });
}
