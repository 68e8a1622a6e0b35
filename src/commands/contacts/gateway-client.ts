import { z } from "zod";
import { ErrorCode } from "../../errors/error-codes.js";

/** A response of the gateway. */
export interface GatewayAnswer {
  readonly status: number;
  readonly text: string;
}

/** Body of a request. */
export interface FileBody {
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const PROBLEM = z.looseObject({
  title: z.string(),
  code: z.string(),
  detail: z.string().optional(),
  errors: z.array(z.looseObject({ message: z.string() })).optional(),
});

/** Calls a gateway. */
export class GatewayClient {
  /**
   * @param url without a slash at the end
   * @param key API key; undefined for a gateway without authentication
   * @param alias directory; undefined for the default one
   */
  constructor(
    private readonly url: string,
    private readonly key: string | undefined,
    private readonly alias?: string,
    private readonly fetch: typeof globalThis.fetch = globalThis.fetch,
  ) {}

  /**
   * Client for the value of `GATEWAY_URL`.
   *
   * @throws {Error} when it is not a URL
   */
  static at(
    url: string,
    key: string | undefined,
    alias: string | undefined,
  ): GatewayClient {
    if (!URL.canParse(url) || !/^https?:\/\//.test(url)) {
      throw new Error(
        "GATEWAY_URL must be the URL of a running gateway, such as http://127.0.0.1:3000.",
      );
    }
    return new GatewayClient(url.replace(/\/$/, ""), key, alias);
  }

  /**
   * Resolves with a response that is not an error.
   *
   * @throws {Error} with the gateway's message, without the key
   */
  async send(
    method: "GET" | "POST",
    path: string,
    body?: FileBody,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<GatewayAnswer> {
    const response = await this.open(method, path, body, headers);
    return { status: response.status, text: await response.text() };
  }

  /** Like `send`, but resolves before the body has arrived. */
  async open(
    method: "GET" | "POST",
    path: string,
    body?: FileBody,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    let response: Response;
    try {
      response = await this.fetch(`${this.url}${path}`, {
        method,
        headers: {
          ...headers,
          ...(this.key === undefined
            ? {}
            : { authorization: `Bearer ${this.key}` }),
          ...(this.alias === undefined
            ? {}
            : { "x-resource-directory": this.alias }),
          ...(body === undefined ? {} : { "content-type": body.type }),
        },
        ...(body === undefined ? {} : { body: body.bytes }),
      });
    } catch (error) {
      throw new Error(
        `The gateway at ${this.url} does not respond${reasonOf(error)}.`,
      );
    }
    const { status } = response;
    if (status < 400) return response;
    const text = await response.text();
    const message = [messageOf(status, text), ...this.adviceFor(status, text)];
    throw new Error(message.join("\n"));
  }

  /** What to check in the environment of the command, besides the gateway's message. */
  private adviceFor(status: number, text: string): string[] {
    if (status === 401) {
      return [
        this.key === undefined
          ? "Set GATEWAY_KEY to an API key or an access token."
          : "The credential is the value of GATEWAY_KEY.",
      ];
    }
    const code = PROBLEM.safeParse(jsonIn(text)).data?.code;
    const isNoRoute = status === 404 && code === ErrorCode.BAD_REQUEST;
    return code === undefined || isNoRoute
      ? [
          `Check GATEWAY_URL (${this.url}): it must be the URL of a gateway, without a path such as /v1 or /graphql.`,
        ]
      : [];
  }
}

/** Code of a failed connection in brackets, such as ` (ECONNREFUSED)`; empty if there is none. */
function reasonOf(error: unknown): string {
  const { cause } = error as { readonly cause?: { readonly code?: unknown } };
  return typeof cause?.code === "string" ? ` (${cause.code})` : "";
}

/** Message of a problem document; the status for any other text. */
export function messageOf(status: number, text: string): string {
  const problem = PROBLEM.safeParse(jsonIn(text)).data;
  if (problem === undefined)
    return `The response has the status ${status} and does not come from a gateway.`;
  const { title, detail, errors = [] } = problem;
  const lines = errors.map(({ message }) => `- ${message}`);
  return [title, ...(detail === undefined ? [] : [detail]), ...lines].join(
    "\n",
  );
}

/** The value of a JSON text; null for any other text. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
