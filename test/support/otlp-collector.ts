import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A span in OTLP's JSON, with the members that tests use. */
export interface SentSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly status?: { readonly code?: number };
  readonly attributes: Readonly<Record<string, string | number>>;
}

interface ExportBody {
  resourceSpans: {
    scopeSpans: {
      spans: (Omit<SentSpan, "attributes"> & {
        attributes: {
          key: string;
          value: { stringValue?: string; intValue?: number };
        }[];
      })[];
    }[];
  }[];
}

/** A collector that stores the spans that it receives. */
export class OtlpCollector {
  readonly spans: SentSpan[] = [];
  readonly bodies: string[] = [];
  readonly headers: NodeJS.Dict<string | string[]>[] = [];

  private constructor(private readonly server: Server) {}

  static async listen(): Promise<OtlpCollector> {
    const server = createServer();
    const collector = new OtlpCollector(server);
    server.on("request", (request, response) => {
      let body = "";
      request.setEncoding("utf8");
      request.on("data", (part: string) => (body += part));
      request.on("end", () => {
        if (request.url === "/v1/traces") collector.keep(body);
        collector.headers.push(request.headers);
        response.writeHead(200, { "content-type": "application/json" });
        response.end("{}");
      });
    });
    await new Promise<void>((resolve) =>
      server.listen(0, "127.0.0.1", resolve),
    );
    return collector;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private keep(body: string): void {
    this.bodies.push(body);
    const { resourceSpans } = JSON.parse(body) as ExportBody;
    for (const { scopeSpans } of resourceSpans) {
      for (const { spans } of scopeSpans) {
        for (const span of spans) {
          const attributes = Object.fromEntries(
            span.attributes.map(({ key, value }) => [
              key,
              value.stringValue ?? Number(value.intValue),
            ]),
          );
          this.spans.push({ ...span, attributes });
        }
      }
    }
  }
}
