import {
  createServer,
  request,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import prismCore from "@stoplight/prism-core";
import prismHttp from "@stoplight/prism-http";
import prismServer from "@stoplight/prism-http-server";

/** A difference between an exchange and the document. */
export interface Violation {
  readonly request: string;
  readonly status: number;
  readonly where: string;
  readonly message: string;
}

/** Prism in front of several gateways; each request names its gateway. */
export interface ValidatingProxy {
  readonly url: string;
  /** Number of validated exchanges. */
  readonly count: () => number;
  readonly violations: () => readonly Violation[];
  readonly stop: () => Promise<void>;
}

/** Header that names the gateway of a request. */
const TARGET_HEADER = "x-judged-gateway";

/** The document without its `default` responses, which would allow any status. */
function withoutDefaults(text: string): object {
  const document = JSON.parse(text) as {
    paths: Record<string, Record<string, { responses: { default?: unknown } }>>;
  };
  for (const item of Object.values(document.paths)) {
    for (const { responses } of Object.values(item)) delete responses.default;
  }
  return document;
}

interface PrismViolation {
  readonly location: readonly string[];
  readonly message: string;
}

/** Prism truncates a long list of violations, which then is not valid JSON; it is reported as text. */
function violationsIn(header: string): readonly PrismViolation[] {
  return header.startsWith("[")
    ? (JSON.parse(header) as PrismViolation[])
    : [{ location: ["response"], message: header }];
}

/**
 * Starts a proxy in which Prism validates each exchange against the document.
 *
 * An invalid request is a violation only if the gateway accepts it, because tests send
 * invalid requests on purpose. Responses are always validated.
 */
export async function startValidatingProxy(
  documentPath: string,
): Promise<ValidatingProxy> {
  const operations = await prismHttp.getHttpOperationsFromSpec(
    withoutDefaults(await readFile(documentPath, "utf8")),
  );
  const prisms = new Map<string, Promise<Prism>>();
  const violations: Violation[] = [];
  let count = 0;

  const judge = (
    sent: IncomingMessage,
    status: number,
    header: string | string[] | undefined,
  ): void => {
    count += 1;
    if (header === undefined) return;
    for (const { location, message } of violationsIn(String(header))) {
      const [side, ...where] = location;
      if (side === "request" && status >= 400) continue;
      violations.push({
        request: `${sent.method ?? ""} ${sent.url ?? ""}`,
        status,
        where: [side, ...where].join("."),
        message,
      });
    }
  };

  const forward = async (
    incoming: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> => {
    const { [TARGET_HEADER]: target, ...headers } = incoming.headers;
    const key = String(target);
    const prism = prisms.get(key) ?? startPrism(operations, key);
    prisms.set(key, prism);
    const { url } = await prism;
    const outgoing = request(
      `${url}${incoming.url ?? "/"}`,
      {
        ...(incoming.method === undefined ? {} : { method: incoming.method }),
        headers,
        // Prism may close a keep-alive connection while it is being reused.
        agent: false,
      },
      (answer) => {
        const { "sl-violations": found, ...others } = answer.headers;
        judge(incoming, answer.statusCode ?? 0, found);
        response.writeHead(answer.statusCode ?? 502, others);
        answer.pipe(response);
      },
    );
    outgoing.once("error", () => response.destroy());
    incoming.pipe(outgoing);
  };

  const server = createServer((incoming, response) => {
    forward(incoming, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    count: () => count,
    violations: () => violations,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      for (const prism of prisms.values()) await (await prism).stop();
    },
  };
}

interface Prism {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

type Operations = Awaited<
  ReturnType<typeof prismHttp.getHttpOperationsFromSpec>
>;

/** Prism itself, as `prism proxy` runs it, in front of one gateway. */
async function startPrism(
  operations: Operations,
  gatewayUrl: string,
): Promise<Prism> {
  const server = prismServer.createServer(operations, {
    cors: false,
    config: {
      isProxy: true,
      upstream: new URL(gatewayUrl),
      validateRequest: true,
      validateResponse: true,
      // The gateway checks permissions, not Prism.
      checkSecurity: false,
      errors: false,
      upstreamProxy: undefined,
      mock: { dynamic: false },
    },
    components: {
      logger: prismCore.createLogger("proxy", { level: "silent" }),
    },
  });
  const url = await server.listen(0, "127.0.0.1");
  return { url, stop: () => server.close() };
}
