import { Readable } from "node:stream";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import type {
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  RequestPayload,
} from "fastify";
import type { GatewayError } from "../../errors/gateway-error.js";
import { httpError } from "../errors/http-errors.js";

/** Methods whose body the gateway reads. */
const WITH_BODY = new Set(["POST", "PUT", "PATCH", "DELETE"]);

/** Accepted values of `Content-Encoding`. */
const GZIP = /^(?:x-)?gzip$/i;
const IDENTITY = /^identity$/i;

/** Accepted values of the parameter `charset`. US-ASCII is a subset of UTF-8. */
const CHARSET = /^(?:utf-?8|us-ascii)$/i;

const CHARSET_PARAMETER =
  /;[ \t]*charset[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))/gi;

/**
 * Checks that the body of a request can be read: JSON, or another media type of
 * the route, in UTF-8, uncompressed or with gzip.
 * Otherwise sets the response headers that name what is accepted.
 *
 * @returns an error with status 415; null if the body can be read or there is none
 */
export function bodyRefusal(
  request: FastifyRequest,
  reply: FastifyReply,
): GatewayError | null {
  const { headers, method } = request;
  const encoding = headers["content-encoding"];
  if (
    encoding !== undefined &&
    !GZIP.test(encoding) &&
    !IDENTITY.test(encoding)
  ) {
    void reply.header("accept-encoding", "gzip, identity");
    return httpError("contentEncoding");
  }
  if (!WITH_BODY.has(method) || !hasBody(request)) return null;
  const accepted = [
    "application/json",
    ...(request.routeOptions.config.bodyTypes ?? []),
  ];
  if (isUtf8(headers["content-type"] ?? "", accepted)) return null;
  void reply.header("accept", accepted.join(", "));
  if (method === "PATCH") void reply.header("accept-patch", "application/json");
  return httpError("mediaType");
}

function hasBody({ headers }: FastifyRequest): boolean {
  return (
    headers["transfer-encoding"] !== undefined ||
    Number(headers["content-length"] ?? 0) > 0
  );
}

declare module "fastify" {
  interface FastifyContextConfig {
    /** Media types of bodies besides JSON; the handler gets them as bytes. */
    bodyTypes?: readonly string[];
    /** Maximum body in bytes; `MAX_BODY_BYTES` by default. */
    maxBodyBytes?: number;
  }
}

/**
 * Parses bodies of further media types as bytes, and applies the limits that routes
 * declare. Call it before routes are added.
 */
export function readOtherBodies(
  fastify: FastifyInstance,
  mediaTypes: readonly string[],
): void {
  fastify.addContentTypeParser(
    [...mediaTypes],
    { parseAs: "buffer" },
    (_request, body, done) => {
      done(null, body);
    },
  );
  fastify.addHook("onRoute", (route) => {
    const { maxBodyBytes } = route.config ?? {};
    if (maxBodyBytes !== undefined) route.bodyLimit = maxBodyBytes;
  });
}

function isUtf8(contentType: string, accepted: readonly string[]): boolean {
  if (contentType === "application/json") return true;
  const [mediaType = ""] = contentType.split(";", 1);
  if (!accepted.includes(mediaType.trim().toLowerCase())) return false;
  for (const [, quoted, token] of contentType.matchAll(CHARSET_PARAMETER)) {
    const charset = quoted?.replace(/\\(.)/g, "$1") ?? token ?? "";
    if (!CHARSET.test(charset)) return false;
  }
  return true;
}

/**
 * Decompresses gzip bodies.
 *
 * @param maxBytes limit of a body, both compressed and decompressed, unless its route
 *   declares another one
 */
export function decompressBodies(
  fastify: FastifyInstance,
  maxBytes: number,
): void {
  fastify.addHook("preParsing", (request, _reply, payload, done) => {
    const encoding = request.headers["content-encoding"];
    const isCompressed = encoding !== undefined && GZIP.test(encoding);
    const limit = request.routeOptions.config.maxBodyBytes ?? maxBytes;
    done(null, isCompressed ? gunzipped(payload, limit) : payload);
  });
}

const decompress = promisify(gunzip);

/**
 * Decompresses a body once it is complete. Data that decompresses to nothing, such as
 * empty members or zeros after the last one, counts as well.
 */
function gunzipped(payload: RequestPayload, maxBytes: number): Readable {
  let bytes = 0;
  const read = async function* (): AsyncGenerator<Buffer> {
    const chunks: Buffer[] = [];
    try {
      // The response needs the socket, so the request must not be destroyed.
      for await (const chunk of payload.iterator({ destroyOnReturn: false })) {
        const part = chunk as Buffer;
        bytes += part.length;
        if (bytes > maxBytes) throw httpError("bodyTooLarge");
        chunks.push(part);
      }
      const packed = Buffer.concat(chunks);
      yield await decompress(packed, { maxOutputLength: maxBytes });
    } catch (error) {
      payload.resume();
      throw isTooLarge(error) ? httpError("bodyTooLarge") : error;
    }
  };
  const stream = Readable.from(read());
  // Fastify compares it with Content-Length.
  Object.defineProperty(stream, "receivedEncodedLength", { get: () => bytes });
  return stream;
}

function isTooLarge(error: unknown): boolean {
  return (
    typeof error === "object" &&
    error !== null &&
    "code" in error &&
    error.code === "ERR_BUFFER_TOO_LARGE"
  );
}
