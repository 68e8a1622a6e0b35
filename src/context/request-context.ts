import { randomUUID } from "node:crypto";
import Negotiator from "negotiator";
import type { Language } from "../errors/error-codes.js";

/** What one incoming request carries down to the upstream call. */
export interface RequestContext {
  /** Ours or the caller's `X-Request-Id`, `[\w-]{1,64}`. */
  readonly requestId: string;
  /** Language of sentences for people. */
  readonly language: Language;
}

const REQUEST_ID = /^[\w-]{1,64}$/;

/**
 * Opens the context of a request from its headers. A caller's request id is
 * taken over only if it is harmless; otherwise a new one is made.
 */
export function openContext(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): RequestContext {
  const given = headers["x-request-id"];
  const wanted = headers["accept-language"];
  return {
    requestId:
      typeof given === "string" && REQUEST_ID.test(given)
        ? given
        : randomUUID(),
    language: typeof wanted === "string" ? preferred(wanted) : "en",
  };
}

function preferred(acceptLanguage: string): Language {
  const [first] = new Negotiator({
    headers: { "accept-language": acceptLanguage },
  }).languages(["en", "zh-CN", "zh"]);
  return first?.startsWith("zh") === true ? "zh" : "en";
}
