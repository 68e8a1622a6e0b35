import type { INestApplication } from "@nestjs/common";
import type {
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  RouteHandlerMethod,
} from "fastify";
import { showsSchema, type Config } from "../config/config.js";
import type { Language } from "../errors/error-codes.js";
import type { BundleName } from "./asset-manifest.js";
import type { ContractText } from "./contracts.js";
import type { errorReferences } from "./error-reference.js";
import type { Page } from "./html.js";

/** For assets, whose URL contains a hash of their content. */
const FOREVER = "public, max-age=31536000, immutable";
/** Clients may cache the response, but must revalidate it before each use. */
const REVALIDATED = "no-cache";

const FAVICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0b57d0"/><path d="M6 10h20v13H6z" fill="#fff"/><path d="m6 10 10 8 10-8" fill="none" stroke="#0b57d0" stroke-width="2.4"/></svg>`;

/**
 * Registers the pages and the contract documents.
 *
 * They contain no contacts and need no authentication. Their modules are loaded on
 * the first request, so they do not slow down the start.
 */
export function registerPages(
  fastify: FastifyInstance,
  app: INestApplication,
  config: Config,
): void {
  const contracts = contractsOf(app);
  const routes: Record<string, RouteHandlerMethod> = {
    "/": async (request, reply) => {
      const { landingPage } = await import("./landing.page.js");
      const origin = `${request.protocol}://${request.host}`;
      const language = languageOf(request);
      return sendPage(reply, landingPage(config, origin, language), language);
    },
    "/errors": async (request, reply) => {
      const { errorFacts, errorsPage } = await import("./error.pages.js");
      const { ErrorCode } = await import("../errors/error-codes.js");
      const language = languageOf(request);
      if (await wantsJson(request)) {
        const all = Object.values(ErrorCode);
        return reply.send(all.map((code) => errorFacts(code, language)));
      }
      return sendPage(reply, errorsPage(language), language);
    },
    "/errors/:code": async (request, reply) => {
      const { errorFacts, isErrorCodeName: isErrorCode } =
        await import("./error.pages.js");
      const { code } = request.params as { code: string };
      if (!isErrorCode(code)) throw notFound();
      const language = languageOf(request);
      if (await wantsJson(request)) {
        return reply.send(errorFacts(code, language));
      }
      const { errorPage } = await import("./error-code.page.js");
      const reference = (await contracts.errors())(code, language);
      return sendPage(reply, errorPage(code, language, reference), language);
    },
    "/docs": (_request, reply) => sendScriptPage(reply, "docs"),
    "/docs/assets/:build/:file": (request, reply) =>
      sendAsset(request, reply, "docs"),
    "/schema.graphql": async (request, reply) =>
      sendContract(
        request,
        reply.type("text/plain; charset=utf-8"),
        await contracts.schema(),
      ),
    "/openapi.json": async (request, reply) =>
      sendContract(
        request,
        reply.type("application/json; charset=utf-8"),
        await contracts.openApi(),
      ),
    "/favicon.svg": (_request, reply) => sendFavicon(reply),
    // Browsers request it for documents without a link to an icon.
    "/favicon.ico": (_request, reply) => sendFavicon(reply),
  };
  // The playground needs introspection.
  if (showsSchema(config)) {
    routes["/playground"] = (_request, reply) =>
      sendScriptPage(reply, "playground");
    routes["/playground/assets/:build/:file"] = (request, reply) =>
      sendAsset(request, reply, "playground");
  }
  const { embeddedEmulator } = config;
  if (embeddedEmulator !== undefined) {
    // A redirect: the gateway does not proxy requests to the emulator.
    routes["/emulator"] = async ({ protocol, host }, reply) => {
      await linkBack(embeddedEmulator, `${protocol}://${host}`);
      return reply.redirect(`${embeddedEmulator}/_emulator/ui`);
    };
  }
  for (const [url, handler] of Object.entries(routes)) {
    fastify.get(url, { config: { rights: "public" } }, handler);
  }
}

/** Sends the emulator the URL of this gateway as the browser sees it. Never throws. */
async function linkBack(emulator: string, url: string): Promise<void> {
  await fetch(`${emulator}/_emulator/ui/link-gateway`, {
    method: "POST",
    body: new URLSearchParams({ url }),
    redirect: "manual",
    signal: AbortSignal.timeout(1_000),
  }).catch(() => undefined);
}

interface Contracts {
  schema(): Promise<ContractText>;
  openApi(): Promise<ContractText>;
  errors(): Promise<ReturnType<typeof errorReferences>>;
}

/** Builds each contract document once, on the first request. */
function contractsOf(app: INestApplication): Contracts {
  let schema: Promise<ContractText> | undefined;
  let openApi: Promise<ContractText> | undefined;
  let errors: ReturnType<Contracts["errors"]> | undefined;
  return {
    schema: () =>
      (schema ??= import("./contracts.js").then((contracts) =>
        contracts.printedSchema(app),
      )),
    openApi: () =>
      (openApi ??= import("./contracts.js").then((contracts) =>
        contracts.printedOpenApi(app),
      )),
    errors: () =>
      (errors ??= import("./error-reference.js").then((reference) =>
        reference.errorReferences(app),
      )),
  };
}

/** Language of the `lang` query parameter, or else of `Accept-Language`. */
function languageOf({ query, callContext }: FastifyRequest): Language {
  const { lang } = query as { lang?: unknown };
  return lang === "en" || lang === "zh" ? lang : callContext.language;
}

async function wantsJson({ headers }: FastifyRequest): Promise<boolean> {
  const { default: Negotiator } = await import("negotiator");
  const types = ["text/html", "application/json"];
  return new Negotiator({ headers }).mediaType(types) === "application/json";
}

function sendPage(
  reply: FastifyReply,
  { html, policy }: Page,
  language: Language = "en",
): FastifyReply {
  return reply
    .header("content-security-policy", policy)
    .header("cache-control", REVALIDATED)
    .header("content-language", language)
    .header("vary", "accept, accept-language")
    .type("text/html; charset=utf-8")
    .send(html);
}

async function sendScriptPage(
  reply: FastifyReply,
  name: BundleName,
): Promise<FastifyReply> {
  const { bundleOf } = await import("./asset-store.js");
  const { docsPage, playgroundPage } = await import("./script.pages.js");
  const bundle = await bundleOf(name);
  if (bundle === null) {
    return reply
      .code(503)
      .type("text/plain; charset=utf-8")
      .send("This page has not been built. Run `npm run build`.\n");
  }
  const pages = { playground: playgroundPage, docs: docsPage };
  return sendPage(reply, pages[name](bundle));
}

async function sendAsset(
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
  return reply
    .header("cache-control", FOREVER)
    .header("vary", "accept-encoding")
    .type(asset.type)
    .send(asset.content);
}

function sendContract(
  request: FastifyRequest,
  reply: FastifyReply,
  { text, gzipped, etag }: ContractText,
): FastifyReply {
  void reply
    .header("cache-control", REVALIDATED)
    .header("etag", etag)
    .header("vary", "accept-encoding");
  const { "if-none-match": known, "accept-encoding": accepted } =
    request.headers;
  if (known === etag) return reply.code(304).send();
  return /\bgzip\b/.test([accepted].flat().join())
    ? reply.header("content-encoding", "gzip").send(gzipped)
    : reply.send(text);
}

async function sendFavicon(reply: FastifyReply): Promise<FastifyReply> {
  return reply
    .header("cache-control", "public, max-age=86400")
    .type("image/svg+xml")
    .send(FAVICON);
}

function notFound(): Error {
  return Object.assign(new Error("not found"), { statusCode: 404 });
}
