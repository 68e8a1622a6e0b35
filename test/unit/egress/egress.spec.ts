import { createServer } from "node:http";
import { request } from "node:https";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { Egress } from "../../../src/egress/egress.js";
import { UpstreamTransport } from "../../../src/upstream/transport/transport.js";
import { ConnectProxy } from "../../support/connect-proxy.js";
import {
  CA,
  httpsServer,
  listening,
  type LocalServer,
} from "../../support/tls-servers.js";
import { until } from "../../support/until.js";

const VENDOR = "https://vendor.example";
const LIMITS = {
  connections: 2,
  connectTimeoutMs: 2_000,
  maxBodyBytes: 1024,
};
const LOGIN = "user:canary-p%ss";
const HREF_LOGIN = "user:canary-p%25ss";

let vendor: LocalServer;
let received: string[];
let closers: (() => unknown)[];

beforeEach(async () => {
  received = [];
  vendor = await httpsServer((incoming, response) => {
    void text(incoming).then((body) => {
      received.push(body);
      response.end(`{"path":"${incoming.url}"}`);
    });
  });
  closers = [() => vendor.close()];
});
afterEach(async () => {
  for (const close of closers.reverse()) await close();
});

async function proxied(
  options: { login?: string; isSecure?: boolean } = {},
): Promise<ConnectProxy> {
  const proxy = await ConnectProxy.listen({
    routes: { "vendor.example:443": vendor.port },
    ...options,
  });
  closers.push(() => proxy.close());
  return proxy;
}

function egressOver(url: string, noProxy?: string): Egress {
  const settings = {
    HTTPS_PROXY: url,
    ...(noProxy === undefined ? {} : { NO_PROXY: noProxy }),
  };
  const egress = Egress.from(settings, { ca: CA });
  closers.push(() => egress.close());
  return egress;
}

function transportOver(egress: Egress, limits = LIMITS): UpstreamTransport {
  const connector = egress.connector(limits.connectTimeoutMs);
  const transport = new UpstreamTransport(VENDOR, limits, connector);
  closers.push(() => transport.close());
  return transport;
}

describe("a call through a proxy", () => {
  it("reaches the vendor over TLS and keeps its tunnel for the next call", async () => {
    const proxy = await proxied();
    const egress = egressOver(`http://127.0.0.1:${proxy.port}`);
    const transport = transportOver(egress, { ...LIMITS, connections: 1 });
    for (const form of ["a=1", "a=2", "a=3"]) {
      const { httpStatus } = await transport.post(form, 5_000);
      expect(httpStatus).toBe(200);
    }
    expect(received).toEqual(["a=1", "a=2", "a=3"]);
    expect(proxy.targets).toEqual(["vendor.example:443"]);
    await transport.post("a=4", 5_000, true);
    expect(proxy.targets).toHaveLength(2);
  });

  it("authenticates with the decoded user and password", async () => {
    const proxy = await proxied({ login: LOGIN });
    const { port } = proxy;
    const egress = egressOver(`http://${HREF_LOGIN}@127.0.0.1:${port}`);
    const { httpStatus } = await transportOver(egress).post("a=1", 5_000);
    expect(httpStatus).toBe(200);
  });

  it("reaches a proxy over TLS", async () => {
    const { port } = await proxied({ isSecure: true, login: LOGIN });
    const egress = egressOver(`https://${HREF_LOGIN}@127.0.0.1:${port}`);
    const { httpStatus } = await transportOver(egress).post("a=1", 5_000);
    expect(httpStatus).toBe(200);
  });

  it("rejects a proxy whose certificate is not trusted", async () => {
    const { port } = await proxied({ isSecure: true });
    const egress = Egress.from({ HTTPS_PROXY: `https://127.0.0.1:${port}` });
    await expect(
      transportOver(egress).post("a=1", 5_000),
    ).rejects.toMatchObject({
      wasSent: false,
      reason: "PROXY_UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    });
  });

  it.each([
    ["PROXY_407", async () => (await proxied({ login: LOGIN })).port],
    [
      "PROXY_403",
      async () => {
        const proxy = await proxied();
        proxy.refusal = 403;
        return proxy.port;
      },
    ],
    [
      "PROXY_ECONNREFUSED",
      async () => {
        const gone = await listening(createServer());
        await gone.close();
        return gone.port;
      },
    ],
    [
      "PROXY_404",
      async () => {
        // A web server: it does not know the method.
        const plain = await listening(
          createServer().on("connect", (_request, socket) =>
            socket.end("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"),
          ),
        );
        closers.push(() => plain.close());
        return plain.port;
      },
    ],
  ])("fails with %s, and nothing was sent", async (reason, portOf) => {
    const egress = egressOver(`http://127.0.0.1:${await portOf()}`);
    await expect(
      transportOver(egress).post("a=1", 5_000),
    ).rejects.toMatchObject({ wasSent: false, reason });
    expect(received).toEqual([]);
  });

  it("ends with PROXY_TIMEOUT when the proxy does not answer in time", async () => {
    const proxy = await proxied();
    proxy.hold();
    const egress = egressOver(`http://127.0.0.1:${proxy.port}`);
    const transport = transportOver(egress, {
      ...LIMITS,
      connectTimeoutMs: 50,
    });
    await expect(transport.post("a=1", 60_000)).rejects.toMatchObject({
      wasSent: false,
      isTimeout: false,
      reason: "PROXY_TIMEOUT",
    });
  });

  it("sends no byte of a request whose time is up when the tunnel opens", async () => {
    const proxy = await proxied();
    proxy.hold();
    const egress = egressOver(`http://127.0.0.1:${proxy.port}`);
    const transport = transportOver(egress, { ...LIMITS, connections: 1 });
    const late = expect(transport.post("late=1", 20)).rejects.toMatchObject({
      wasSent: false,
      isTimeout: true,
    });
    await until("the proxy is asked", () => proxy.waiting === 1);
    await late;
    proxy.release();
    await transport.post("next=1", 5_000);
    expect(received).toEqual(["next=1"]);
  });

  it("rejects a certificate of another authority", async () => {
    const { port } = await proxied();
    const egress = Egress.from({ HTTPS_PROXY: `http://127.0.0.1:${port}` });
    await expect(
      transportOver(egress).post("a=1", 5_000),
    ).rejects.toMatchObject({
      wasSent: false,
      reason: "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    });
  });
});

describe("fetch", () => {
  it("passes through the proxy", async () => {
    const proxy = await proxied();
    const egress = egressOver(`http://127.0.0.1:${proxy.port}`);
    const response = await egress.fetch(`${VENDOR}/jwks`);
    expect(await response.json()).toEqual({ path: "/jwks" });
    expect(proxy.targets).toEqual(["vendor.example:443"]);
  });

  it("names the failure of the proxy as the cause of its error", async () => {
    const { port } = await proxied({ login: LOGIN });
    const egress = egressOver(`http://127.0.0.1:${port}`);
    await expect(egress.fetch(`${VENDOR}/jwks`)).rejects.toMatchObject({
      cause: { code: "PROXY_407" },
    });
  });

  it.each(["http://localhost", "http://127.0.0.1"])(
    "reaches %s directly",
    async (origin) => {
      const local = await listening(
        createServer((_request, response) => response.end("local")),
      );
      closers.push(() => local.close());
      const proxy = await proxied();
      const egress = egressOver(`http://127.0.0.1:${proxy.port}`);
      const response = await egress.fetch(`${origin}:${local.port}/`);
      expect(await response.text()).toBe("local");
      expect(proxy.targets).toEqual([]);
    },
  );
});

describe("an agent of node:https", () => {
  it("passes through the proxy", async () => {
    const proxy = await proxied();
    const egress = egressOver(`http://127.0.0.1:${proxy.port}`);
    const url = new URL(`${VENDOR}/v1/traces`);
    const agent = egress.agentFor(url);
    closers.push(() => agent.destroy());
    const body = await new Promise<string>((resolve, reject) => {
      request(url, { method: "POST", agent }, (response) => {
        text(response).then(resolve, reject);
      })
        .on("error", reject)
        .end("spans");
    });
    expect(JSON.parse(body)).toEqual({ path: "/v1/traces" });
    expect(received).toEqual(["spans"]);
    expect(proxy.targets).toEqual(["vendor.example:443"]);
  });

  it("fails with the reason of the proxy", async () => {
    const { port } = await proxied({ login: LOGIN });
    const egress = egressOver(`http://127.0.0.1:${port}`);
    const url = new URL(VENDOR);
    const agent = egress.agentFor(url);
    const failure = new Promise((_, reject) => {
      request(url, { agent }).on("error", reject).end();
    });
    await expect(failure).rejects.toMatchObject({ code: "PROXY_407" });
  });
});
