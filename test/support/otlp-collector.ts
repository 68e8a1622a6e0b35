import { createServer, type Server } from "node:http";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import type { AddressInfo } from "node:net";
import { decodeExport } from "./otlp-protobuf.js";

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

type Attributes = {
  key: string;
  value: { stringValue?: string; intValue?: number };
}[];

interface ExportBody {
  resourceSpans: {
    resource: { attributes: Attributes };
    scopeSpans: {
      spans: (Omit<SentSpan, "attributes"> & {
        attributes: Attributes;
      })[];
    }[];
  }[];
}

/** A collector that stores the spans that it receives. */
export class OtlpCollector {
  readonly spans: SentSpan[] = [];
  readonly bodies: string[] = [];
  readonly headers: NodeJS.Dict<string | string[]>[] = [];
  /** Paths of the requests, in order. */
  readonly paths: string[] = [];
  /** Attributes of the process that sent the last spans. */
  resource: Readonly<Record<string, string | number>> = {};
  /** Status of the responses. */
  status = 200;

  private constructor(private readonly server: Server) {}

  static async listen(): Promise<OtlpCollector> {
    const server = createServer();
    const collector = new OtlpCollector(server);
    server.on("request", (request, response) => {
      void buffer(request).then((sent) => {
        const { url = "", headers } = request;
        collector.paths.push(url);
        collector.headers.push(headers);
        const body =
          headers["content-encoding"] === "gzip" ? gunzipSync(sent) : sent;
        if (collector.status !== 200) {
          // Nothing is kept.
        } else if (headers["content-type"] === "application/json") {
          collector.keep(body.toString("utf8"));
        } else {
          collector.bodies.push(body.toString("latin1"));
          const { resource, spans } = decodeExport(body);
          collector.resource = resource;
          collector.spans.push(...spans);
        }
        response.writeHead(collector.status, {
          "content-type": "application/json",
        });
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
    for (const { resource, scopeSpans } of resourceSpans) {
      this.resource = recordOf(resource.attributes);
      for (const { spans } of scopeSpans) {
        for (const span of spans) {
          const attributes = recordOf(span.attributes);
          this.spans.push({ ...span, attributes });
        }
      }
    }
  }
}

function recordOf(
  attributes: Attributes,
): Readonly<Record<string, string | number>> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [
      key,
      value.stringValue ?? Number(value.intValue),
    ]),
  );
}
