import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
} from "@jest/globals";
import { packageVersion } from "../../src/config/version.js";
import { readConfig } from "../../src/config/read-config.js";
import {
  startEmulator,
  type RunningEmulator,
} from "../../src/emulator/emulator.server.js";
import { startGateway, type ProbedGateway } from "../../src/gateway.js";
import { Logger } from "../../src/logging/logger.js";
import { REST } from "../support/apis.js";
import { TOM } from "../support/calls.js";
import { OtlpCollector } from "../support/otlp-collector.js";
import { environmentFor } from "../support/running.js";
import { until } from "../support/until.js";

type Environment = Readonly<Record<string, string>>;

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SAMPLED = { traceparent: `00-${TRACE}-b7ad6b7169203331-01` };
const UNSAMPLED = { traceparent: `00-${TRACE}-b7ad6b7169203331-00` };

let emulator: RunningEmulator;
let collector: OtlpCollector;
let lines: string[];

beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.stop());
beforeEach(async () => {
  collector = await OtlpCollector.listen();
  lines = [];
});
afterEach(() => collector.close());

async function started(environment: Environment): Promise<ProbedGateway> {
  const config = readConfig({
    ...environmentFor(emulator.url),
    LOG_LEVEL: "info",
    ...environment,
  });
  const write = (line: string): void => void lines.push(line);
  return startGateway(config, new Logger(config, { write }));
}

/** Sends one request, and closes the gateway, which exports the spans. */
async function traced(
  environment: Environment,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const gateway = await started({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    ...environment,
  });
  await call(gateway, headers);
  await gateway.close();
}

async function call(
  gateway: ProbedGateway,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const input = { contactId: TOM };
  const { code } = await REST.call(
    gateway.url,
    "getMessageContact",
    input,
    headers,
  );
  expect(code).toBe("OK");
}

describe("the collector receives", () => {
  it("percent-decoded headers, those for traces first", async () => {
    await traced({
      OTEL_EXPORTER_OTLP_HEADERS: "authorization=Basic%20YTpi,x-team=all",
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: "x-team=contacts%2Cbilling",
    });
    expect(collector.headers[0]).toMatchObject({
      authorization: "Basic YTpi",
      "x-team": "contacts,billing",
    });
  });

  it("the service name and the decoded attributes of the process", async () => {
    const attributes =
      "service.name=ignored,deployment.environment.name=staging%20eu";
    await traced({
      OTEL_SERVICE_NAME: "contacts",
      OTEL_RESOURCE_ATTRIBUTES: attributes,
    });
    expect(collector.resource).toMatchObject({
      "service.name": "contacts",
      "deployment.environment.name": "staging eu",
    });
  });

  it.each([
    [{}, "message-contacts-gateway"],
    [
      { OTEL_RESOURCE_ATTRIBUTES: "service.name=from-attributes" },
      "from-attributes",
    ],
  ])("with %j, the service name %s", async (environment, name) => {
    await traced(environment);
    expect(collector.resource).toMatchObject({ "service.name": name });
  });

  it("the version and a generated id of the process, and the SDK", async () => {
    await traced({});
    expect(collector.resource).toMatchObject({
      "service.version": packageVersion(),
      "service.instance.id": expect.stringMatching(/^[0-9a-f-]{36}$/),
      "telemetry.sdk.name": "opentelemetry",
      "telemetry.sdk.language": "nodejs",
    });
    const first = collector.resource["service.instance.id"];
    await traced({});
    expect(collector.resource["service.instance.id"]).not.toBe(first);
    await traced({ OTEL_RESOURCE_ATTRIBUTES: "service.instance.id=pod-1" });
    expect(collector.resource["service.instance.id"]).toBe("pod-1");
  });

  it("compressed exports", async () => {
    await traced({ OTEL_EXPORTER_OTLP_COMPRESSION: "gzip" });
    expect(collector.headers[0]).toMatchObject({ "content-encoding": "gzip" });
    expect(collector.spans).toHaveLength(3);
  });

  it("protobuf, if the protocol for traces is http/protobuf", async () => {
    await traced({
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "http/protobuf",
    });
    expect(collector.headers[0]).toMatchObject({
      "content-type": "application/x-protobuf",
    });
    expect(collector.resource).toMatchObject({
      "service.name": "message-contacts-gateway",
    });
    const [attempt] = collector.spans.filter(({ kind }) => kind === 3);
    expect(attempt).toMatchObject({
      name: "POST GetMessageContact",
      attributes: {
        "http.request.method": "POST",
        "http.response.status_code": 200,
        "server.port": Number(new URL(emulator.url).port),
      },
    });
  });

  it("exports at the URL for traces, unchanged", async () => {
    await traced({
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9",
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/own/path`,
    });
    expect(collector.paths).toEqual(["/own/path"]);
  });

  it("batches of the configured size", async () => {
    await traced({
      OTEL_BSP_MAX_QUEUE_SIZE: "2",
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: "1",
      OTEL_BSP_SCHEDULE_DELAY: "600000",
    });
    expect(collector.paths.length).toBeGreaterThan(1);
  });
});

describe("the sampler", () => {
  it.each<[string, Environment, boolean, boolean, boolean]>([
    // Without a caller's trace, with one that is sampled, with one that is not.
    ["default", {}, true, true, false],
    ["always_on", {}, true, true, true],
    ["always_off", {}, false, false, false],
    ["traceidratio", { OTEL_TRACES_SAMPLER_ARG: "0" }, false, false, false],
    ["traceidratio", { OTEL_TRACES_SAMPLER_ARG: "1.0" }, true, true, true],
    ["parentbased_always_on", {}, true, true, false],
    ["parentbased_always_off", {}, false, true, false],
    [
      "parentbased_traceidratio",
      { OTEL_TRACES_SAMPLER_ARG: "0" },
      false,
      true,
      false,
    ],
  ])(
    "%s with %j records: own %s, sampled by the caller %s, not sampled %s",
    async (name, environment, ...expected) => {
      const own: Environment =
        name === "default" ? {} : { OTEL_TRACES_SAMPLER: name };
      const recorded: boolean[] = [];
      for (const headers of [{}, SAMPLED, UNSAMPLED]) {
        const before = collector.spans.length;
        await traced({ ...own, ...environment }, headers);
        recorded.push(collector.spans.length > before);
      }
      expect(recorded).toEqual(expected);
    },
  );
});

it("starts a new trace for each request if OTEL_PROPAGATORS is none", async () => {
  await traced({ OTEL_PROPAGATORS: "none" }, SAMPLED);
  expect(collector.spans).toHaveLength(3);
  expect(collector.spans.map(({ traceId }) => traceId)).not.toContain(TRACE);
});

it("exports nothing if OTEL_SDK_DISABLED is true", async () => {
  await traced({ OTEL_SDK_DISABLED: "TRUE" });
  expect(collector.paths).toEqual([]);
});

describe("an unreachable collector", () => {
  const failures = (): string[] =>
    lines.filter((line) => line.includes("cannot be exported"));

  const metric = async (
    { opsUrl }: ProbedGateway,
    name: string,
  ): Promise<number> => {
    const text = await (await fetch(`${opsUrl}/metrics`)).text();
    return Number(
      new RegExp(`^message_contacts_${name} (\\d+)`, "m").exec(text)?.[1],
    );
  };

  it("is logged once, counted, and logged again when it is back", async () => {
    collector.status = 400;
    const gateway = await started({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_BSP_SCHEDULE_DELAY: "1",
    });
    for (const lost of [1, 4, 7]) {
      await call(gateway);
      await until(
        "the export fails",
        async () => (await metric(gateway, "trace_spans_lost_total")) >= lost,
      );
    }
    expect(failures()).toHaveLength(1);
    expect(JSON.parse(failures()[0] ?? "{}")).toMatchObject({
      level: "warn",
      cause: "status 400",
    });
    expect(await metric(gateway, "trace_export_failing")).toBe(1);
    collector.status = 200;
    await call(gateway);
    await until(
      "an export succeeds",
      async () => (await metric(gateway, "trace_export_failing")) === 0,
    );
    expect(lines.join()).toContain("traces reach the collector again");
    await gateway.close();
  });

  it("is named by its system error, and delays no request", async () => {
    const { url } = collector;
    await collector.close();
    const gateway = await started({
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_BSP_SCHEDULE_DELAY: "1",
      OTEL_EXPORTER_OTLP_TIMEOUT: "100",
    });
    await call(gateway);
    await until("the failure is logged", () => failures().length === 1);
    expect(failures()[0]).toContain("ECONNREFUSED");
    await gateway.close();
    collector = await OtlpCollector.listen();
  });
});
