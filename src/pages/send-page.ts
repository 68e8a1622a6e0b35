import type { FastifyReply, FastifyRequest } from "fastify";
import type { Language } from "../errors/error-codes.js";
import { addVary } from "../http/ingress/vary.js";
import type { Bundle, BundleName } from "./asset-manifest.js";
import type { Page } from "./html.js";

/** For assets, whose URL contains a hash of their content. */
const FOREVER = "public, max-age=31536000, immutable";

/** Clients may cache the response, but must revalidate it before each use. */
export const REVALIDATED = "no-cache";

/** Sends a page with its content security policy. */
export function sendPage(
  reply: FastifyReply,
  { html, policy }: Page,
  language: Language = "en",
): FastifyReply {
  addVary(reply, "Accept", "Accept-Language");
  return reply
    .header("content-security-policy", policy)
    .header("cache-control", REVALIDATED)
    .header("content-language", language)
    .type("text/html; charset=utf-8")
    .send(html);
}

/** Sends a page with scripts, or 503 when they have not been built. */
export async function sendBundled(
  reply: FastifyReply,
  name: BundleName,
  pageOf: (bundle: Bundle) => Page,
  language?: Language,
): Promise<FastifyReply> {
  const { bundleOf } = await import("./asset-store.js");
  const bundle = await bundleOf(name);
  if (bundle === null) {
    return reply
      .code(503)
      .type("text/plain; charset=utf-8")
      .send("This page has not been built. Run `npm run build`.\n");
  }
  return sendPage(reply, pageOf(bundle), language);
}

/** Sends a file of a page; its URL contains the hash of its content. */
export async function sendAsset(
  request: FastifyRequest,
  reply: FastifyReply,
  name: BundleName,
): Promise<FastifyReply> {
  const { assetOf } = await import("./asset-store.js");
  const { build, file } = request.params as { build: string; file: string };
  const accepted = request.headers["accept-encoding"];
  const asset = await assetOf(name, build, file, [accepted].flat().join());
  if (asset === null) throw notFound();
  if (asset.encoding !== undefined) {
    void reply.header("content-encoding", asset.encoding);
  }
  addVary(reply, "Accept-Encoding");
  return reply
    .header("cache-control", FOREVER)
    .type(asset.type)
    .send(asset.content);
}

/** Error for a path without a page or file. */
export function notFound(): Error {
  return Object.assign(new Error("not found"), { statusCode: 404 });
}
