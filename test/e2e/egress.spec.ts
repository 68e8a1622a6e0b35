import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
} from "@jest/globals";
import {
  startEmulator,
  type RunningEmulator,
} from "../../src/emulator/emulator.server.js";
import { GRAPHQL, REST, type ApiResponse } from "../support/apis.js";
import { TOM } from "../support/calls.js";
import { ConnectProxy } from "../support/connect-proxy.js";
import { buildGateway, GatewayProcess } from "../support/gateway-process.js";
import { OtlpCollector } from "../support/otlp-collector.js";
import { bearer, keysFor, newFolder } from "../support/signed-in.js";
import {
  CA_FILE,
  httpsServer,
  tlsInFrontOf,
  type LocalServer,
} from "../support/tls-servers.js";
import { until } from "../support/until.js";

const LOGIN = "user:canary-p%40ss";
const { file, keys } = keysFor({ svc: { scopes: ["contacts:read"] } });
const folder = newFolder();

let entry: string;
let emulator: RunningEmulator;
let collector: OtlpCollector;
let vendor: LocalServer;
let issuer: LocalServer;
let spans: LocalServer;
let credentials: LocalServer;
let credentialStatus: number;
let proxy: ConnectProxy;
let gateway: GatewayProcess | null;

beforeAll(async () => {
  entry = buildGateway();
  emulator = await startEmulator();
  collector = await OtlpCollector.listen();
  vendor = await tlsInFrontOf(emulator.port);
  spans = await tlsInFrontOf(Number(new URL(collector.url).port));
  issuer = await httpsServer((_request, response) => {
    response.setHeader("content-type", "application/json");
    response.end('{"keys":[]}');
  });
  credentials = await httpsServer((_request, response) => {
    response.statusCode = credentialStatus;
    response.end(
      JSON.stringify({
        AccessKeyId: "testid",
        AccessKeySecret: "testsecret",
        SecurityToken: "none",
        Expiration: "2099-01-01T00:00:00Z",
      }),
    );
  });
}, 120_000);
afterAll(async () => {
  for (const server of [vendor, issuer, spans, credentials, collector]) {
    await server.close();
  }
  await emulator.stop();
  folder.remove();
});
beforeEach(async () => {
  gateway = null;
  credentialStatus = 200;
  emulator.control.clearCalls();
  proxy = await ConnectProxy.listen({
    login: decodeURIComponent(LOGIN),
    routes: {
      "vendor.example:443": vendor.port,
      "issuer.example:443": issuer.port,
      "collector.example:443": spans.port,
      "credentials.example:443": credentials.port,
    },
  });
});
afterEach(async () => {
  await gateway?.kill();
  expect(`${gateway?.output}${gateway?.errors}`).not.toContain("canary");
  await proxy.close();
});

async function started(
  environment: Readonly<Record<string, string>> = {},
): Promise<GatewayProcess> {
  gateway = await GatewayProcess.start(entry, {
    NODE_EXTRA_CA_CERTS: CA_FILE,
    LOG_LEVEL: "info",
    UPSTREAM_ENDPOINT: "https://vendor.example",
    API_KEYS_FILE: folder.write("keys.json", file),
    HTTPS_PROXY: `http://${LOGIN}@127.0.0.1:${proxy.port}`,
    READ_DEADLINE_MS: "1500",
    MAX_EVENT_LOOP_DELAY_MS: "0",
    ...environment,
  });
  return gateway;
}

function read({ url }: GatewayProcess, api = REST): Promise<ApiResponse> {
  const input = { contactId: TOM };
  return api.call(url, "getMessageContact", input, bearer(keys.svc));
}

/** The log line of the last failed request. */
const failureIn = ({ output }: GatewayProcess): Record<string, unknown> =>
  JSON.parse(
    output
      .trim()
      .split("\n")
      .findLast((line) => line.includes('"upstreamFailure"')) ?? "{}",
  ) as Record<string, unknown>;

describe("behind a proxy, the gateway", () => {
  it.each(["HTTPS_PROXY", "https_proxy"])(
    "reaches the vendor through %s, and keeps its tunnel",
    async (name) => {
      const running = await started({
        HTTPS_PROXY: "",
        [name]: `http://${LOGIN}@127.0.0.1:${proxy.port}`,
      });
      for (const api of [REST, GRAPHQL, REST]) {
        expect((await read(running, api)).code).toBe("OK");
      }
      expect(new Set(proxy.targets)).toEqual(new Set(["vendor.example:443"]));
      expect(running.errors).toMatch(
        new RegExp(
          `Proxy +127\\.0\\.0\\.1:${proxy.port} +\\(with a password\\)`,
        ),
      );
    },
  );

  it("reaches the issuer's keys and the trace collector through it", async () => {
    const running = await started({
      JWT_ISSUER: "https://issuer.example",
      JWT_AUDIENCE: "contacts",
      JWT_JWKS_URL: "https://issuer.example/jwks",
      OTEL_EXPORTER_OTLP_ENDPOINT: "https://collector.example",
      OTEL_BSP_SCHEDULE_DELAY: "1",
    });
    expect((await read(running)).code).toBe("OK");
    await until("spans arrive", () => collector.spans.length > 0);
    await until("the keys are fetched", () =>
      proxy.targets.includes("issuer.example:443"),
    );
    expect(proxy.targets).toContain("collector.example:443");
  });

  it.each([
    ["is refused by it", 403, "PROXY_403"],
    ["gets no tunnel to the host", 502, "PROXY_502"],
  ])(
    "answers UPSTREAM_UNAVAILABLE when it %s",
    async (_case, status, reason) => {
      proxy.refusal = status;
      const running = await started();
      expect((await read(running)).code).toBe("UPSTREAM_UNAVAILABLE");
      await until(
        "the request is logged",
        () => failureIn(running)["code"] ?? null,
      );
      expect(failureIn(running)).toMatchObject({ upstreamFailure: reason });
      expect(emulator.control.calls()).toEqual([]);
    },
  );

  it("answers UPSTREAM_UNAVAILABLE when its password is wrong", async () => {
    const running = await started({
      HTTPS_PROXY: `http://user:canary@127.0.0.1:${proxy.port}`,
    });
    expect((await read(running)).code).toBe("UPSTREAM_UNAVAILABLE");
    await until(
      "the request is logged",
      () => failureIn(running)["code"] ?? null,
    );
    expect(failureIn(running)).toMatchObject({ upstreamFailure: "PROXY_407" });
  });

  it("answers UPSTREAM_UNAVAILABLE when the proxy is down", async () => {
    const running = await started({ HTTPS_PROXY: "http://127.0.0.1:9" });
    expect((await read(running)).code).toBe("UPSTREAM_UNAVAILABLE");
    await until(
      "the request is logged",
      () => failureIn(running)["code"] ?? null,
    );
    expect(failureIn(running)).toMatchObject({
      upstreamFailure: "PROXY_ECONNREFUSED",
    });
  });

  it("reaches an upstream on loopback directly", async () => {
    const running = await started({ UPSTREAM_ENDPOINT: emulator.url });
    expect((await read(running)).code).toBe("OK");
    expect(proxy.targets).toEqual([]);
    expect(running.errors).not.toMatch(/Proxy/);
  });

  it("reaches hosts of NO_PROXY directly", async () => {
    const running = await started({ NO_PROXY: ".example" });
    expect((await read(running)).code).toBe("UPSTREAM_UNAVAILABLE");
    expect(proxy.targets).toEqual([]);
  });
});

describe("the credentials chain", () => {
  const CHAIN = {
    UPSTREAM_CREDENTIALS: "chain",
    ALIBABA_CLOUD_ACCESS_KEY_ID: "",
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: "",
    ALIBABA_CLOUD_ECS_METADATA_DISABLED: "true",
    ALIBABA_CLOUD_CREDENTIALS_URI: "https://credentials.example/role",
    HOME: "/nonexistent",
  };

  it("reaches its service through the proxy", async () => {
    const running = await started(CHAIN);
    await read(running);
    expect(proxy.targets).toContain("credentials.example:443");
    expect(proxy.targets).toContain("vendor.example:443");
  });

  it.each([
    [503, "UPSTREAM_UNAVAILABLE", "CREDENTIALS_503"],
    [403, "UPSTREAM_DENIED", "CREDENTIALS_403"],
  ])(
    "whose service answers %s ends in %s",
    async (status, code, upstreamFailure) => {
      credentialStatus = status;
      const running = await started(CHAIN);
      expect((await read(running)).code).toBe(code);
      await until(
        "the request is logged",
        () => failureIn(running)["code"] ?? null,
      );
      expect(failureIn(running)).toMatchObject({ code, upstreamFailure });
      expect(emulator.control.calls()).toEqual([]);
    },
  );

  it("whose service cannot be reached ends in UPSTREAM_UNAVAILABLE", async () => {
    proxy.refusal = 403;
    const running = await started(CHAIN);
    expect((await read(running)).code).toBe("UPSTREAM_UNAVAILABLE");
    await until(
      "the request is logged",
      () => failureIn(running)["code"] ?? null,
    );
    expect(failureIn(running)).toMatchObject({
      upstreamFailure: "CREDENTIALS_PROXY_403",
    });
  });
});
