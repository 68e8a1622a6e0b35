import type { INestApplication } from "@nestjs/common";
import { LRUCache } from "lru-cache";
import Negotiator from "negotiator";
import type {
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  RouteHandlerMethod,
} from "fastify";
import { showsSchema, type Config } from "../config/config.js";
import type { Language } from "../errors/error-codes.js";
import { pageRedirect } from "../http/ingress/request-target.js";
import { addVary } from "../http/ingress/vary.js";
import type { ContractText } from "./contracts.js";
import { linkBack } from "./emulator-link.js";
import type { errorReferences } from "./error-reference.js";
import {
  notFound,
  REVALIDATED,
  sendAsset,
  sendBundled,
  sendPage,
} from "./send-page.js";

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
      const language = languageOf(request);
      const page = landingPage(config, baseUrlOf(request), language);
      return sendPage(reply, page, language);
    },
    "/errors": async (request, reply) => {
      const { errorFacts, errorsPage } = await import("./error.pages.js");
      const { ErrorCode } = await import("../errors/error-codes.js");
      const language = languageOf(request);
      if (wantsJson(request)) {
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
      if (wantsJson(request)) {
        return reply.send(errorFacts(code, language));
      }
      const { errorPage } = await import("./error-code.page.js");
      const reference = (await contracts.errors())(code, language);
      return sendPage(reply, errorPage(code, language, reference), language);
    },
    "/coverage": async (request, reply) => {
      const { coveragePage } = await import("./coverage.page.js");
      const language = languageOf(request);
      return sendBundled(
        reply,
        "coverage",
        (bundle) => coveragePage(bundle, language),
        language,
      );
    },
    "/coverage/assets/:build/:file": (request, reply) =>
      sendAsset(request, reply, "coverage"),
    "/docs": async (_request, reply) => {
      const { docsPage } = await import("./script.pages.js");
      return sendBundled(reply, "docs", docsPage);
    },
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
        await contracts.openApi(request.clientView.linkBase),
      ),
    "/favicon.svg": (_request, reply) => sendFavicon(reply),
    // Browsers request it for documents without a link to an icon.
    "/favicon.ico": (_request, reply) => sendFavicon(reply),
  };
  // The playground needs introspection.
  if (showsSchema(config)) {
    routes["/playground"] = async (_request, reply) => {
      const { playgroundPage } = await import("./script.pages.js");
      return sendBundled(reply, "playground", playgroundPage);
    };
    routes["/playground/assets/:build/:file"] = (request, reply) =>
      sendAsset(request, reply, "playground");
  }
  const { embeddedEmulator } = config;
  if (embeddedEmulator !== undefined) {
    // A redirect: the gateway does not proxy requests to the emulator.
    routes["/emulator"] = async (request, reply) => {
      await linkBack(
        embeddedEmulator,
        baseUrlOf(request),
        config.PUBLIC_URL !== undefined,
      );
      return reply.redirect(`${embeddedEmulator}/_emulator/ui`);
    };
  }
  for (const [url, handler] of Object.entries(routes)) {
    const isPage = PAGES.includes(url);
    fastify.get(
      url,
      {
        config: { rights: "public" },
        ...(isPage ? { preHandler: redirectToPage } : {}),
      },
      handler,
    );
  }
}

/** Pages with relative links. */
const PAGES = [
  "/",
  "/coverage",
  "/errors",
  "/errors/:code",
  "/docs",
  "/playground",
];

/** Redirects to the path that relative links need. */
function redirectToPage(
  request: FastifyRequest,
  reply: FastifyReply,
  done: () => void,
): void {
  const isRoot = request.routeOptions.url === "/";
  const target = pageRedirect(request.originalUrl, isRoot);
  if (target === null) done();
  else void reply.redirect(target, 308);
}

/** URL of the gateway as the client sees it, without a slash at its end. */
function baseUrlOf({ clientView }: FastifyRequest): string {
  const { scheme, host, linkBase } = clientView;
  return linkBase.startsWith("/") || linkBase === ""
    ? `${scheme ?? "http"}://${host}${linkBase}`
    : linkBase;
}

/** Maximum number of kept OpenAPI documents with a specific server URL. */
const MAX_LINK_BASES = 16;

interface Contracts {
  schema(): Promise<ContractText>;
  /** An empty base means relative to the document. */
  openApi(linkBase: string): Promise<ContractText>;
  errors(): Promise<ReturnType<typeof errorReferences>>;
}

/** Builds each contract document once, on the first request. */
function contractsOf(app: INestApplication): Contracts {
  let schema: Promise<ContractText> | undefined;
  let openApi: Promise<ContractText> | undefined;
  const byBase = new LRUCache<string, Promise<ContractText>>({
    max: MAX_LINK_BASES,
  });
  const relative = (): Promise<ContractText> =>
    (openApi ??= import("./contracts.js").then((contracts) =>
      contracts.printedOpenApi(app),
    ));
  let errors: ReturnType<Contracts["errors"]> | undefined;
  return {
    schema: () =>
      (schema ??= import("./contracts.js").then((contracts) =>
        contracts.printedSchema(app),
      )),
    openApi: (linkBase) => {
      if (linkBase === "") return relative();
      const known = byBase.get(linkBase);
      if (known !== undefined) return known;
      const printed = relative().then(async (document) => {
        const { withServer } = await import("./contracts.js");
        return withServer(document, linkBase);
      });
      byBase.set(linkBase, printed);
      return printed;
    },
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

function wantsJson({ headers }: FastifyRequest): boolean {
  const types = ["text/html", "application/json"];
  return new Negotiator({ headers }).mediaType(types) === "application/json";
}

function sendContract(
  request: FastifyRequest,
  reply: FastifyReply,
  { text, gzipped, etag }: ContractText,
): FastifyReply {
  addVary(reply, "Accept-Encoding");
  void reply.header("cache-control", REVALIDATED).header("etag", etag);
  const { "if-none-match": known, "accept-encoding": accepted } =
    request.headers;
  if (known !== undefined && matchesEtag(known, etag)) {
    return reply.code(304).send();
  }
  return acceptsGzip([accepted ?? []].flat().join())
    ? reply.header("content-encoding", "gzip").send(gzipped)
    : reply.send(text);
}

/** Weak comparison with a list of entity tags (RFC 9110, section 13.1.2). */
function matchesEtag(ifNoneMatch: string, etag: string): boolean {
  const opaque = (tag: string): string => tag.trim().replace(/^W\//, "");
  return (
    ifNoneMatch.trim() === "*" ||
    ifNoneMatch.split(",").some((tag) => opaque(tag) === opaque(etag))
  );
}

function acceptsGzip(acceptEncoding: string): boolean {
  if (acceptEncoding === "") return false;
  const headers = { "accept-encoding": acceptEncoding };
  return new Negotiator({ headers }).encoding(["gzip", "identity"]) === "gzip";
}

async function sendFavicon(reply: FastifyReply): Promise<FastifyReply> {
  return reply
    .header("cache-control", "public, max-age=86400")
    .type("image/svg+xml")
    .send(FAVICON);
}
