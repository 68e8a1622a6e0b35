import { describe, expect, it } from "@jest/globals";
import { settings } from "../../../../src/config/settings.js";
import { ConfigError, readConfig } from "../../../../src/config/read-config.js";

type Environment = Readonly<Record<string, string>>;

/** What Kubernetes sets in each container for a Service of this name. */
function linksOf(service: string, port: number): Environment {
  const prefix = service.toUpperCase().replaceAll("-", "_");
  const address = `tcp://10.96.0.7:${port}`;
  return {
    [`${prefix}_SERVICE_HOST`]: "10.96.0.7",
    [`${prefix}_SERVICE_PORT`]: String(port),
    [`${prefix}_SERVICE_PORT_HTTP`]: String(port),
    [`${prefix}_PORT`]: address,
    [`${prefix}_PORT_${port}_TCP`]: address,
    [`${prefix}_PORT_${port}_TCP_PROTO`]: "tcp",
    [`${prefix}_PORT_${port}_TCP_PORT`]: String(port),
    [`${prefix}_PORT_${port}_TCP_ADDR`]: "10.96.0.7",
  };
}

describe("variables that a platform sets", () => {
  it.each([
    "redis",
    "message-contacts-gateway",
    "kubernetes",
    "otel-collector",
    "otel-exporter-jaeger",
    "otel",
    "log",
    "api-keys",
    "rate-limit",
    "upstream",
    "state",
  ])("for a Service named %s change nothing", (service) => {
    expect(readConfig(linksOf(service, 6379))).toEqual(readConfig({}));
  });

  it.each([
    ["ops", "OPS_PORT", 3001],
    ["emulator", "EMULATOR_PORT", 4010],
  ] as const)(
    "for a Service named %s leave the default of %s, with a warning",
    (service, name, port) => {
      const config = readConfig(linksOf(service, 80));
      expect(config[name]).toBe(port);
      expect(config.warnings).toEqual([
        expect.stringMatching(`^${name} contains the address of a Kubernetes`),
      ]);
    },
  );

  it.each(["tcp://10.0.0.1:3000", "udp://[fd00::1]:53"])(
    "as %s in PORT leave its default",
    (PORT) => {
      expect(readConfig({ PORT }).PORT).toBe(3_000);
    },
  );

  it("with invalid text in PORT are rejected all the same", () => {
    for (const PORT of ["tcp://10.0.0.1", "http://a:1", "3000/tcp"]) {
      expect(() => readConfig({ PORT })).toThrow(/PORT must be a port number/);
    }
  });

  it("without a value count as unset, for every setting", () => {
    const names = settings().flatMap(({ name, alias }) =>
      alias === undefined ? [name] : [name, alias],
    );
    for (const value of ["", " ", "\t\n"]) {
      const environment = Object.fromEntries(
        names.map((name) => [name, value]),
      );
      expect(readConfig(environment)).toEqual(readConfig({}));
    }
  });

  it("for other programs cause no warning", () => {
    const { warnings } = readConfig({
      HOME: "/root",
      USER: "node",
      HOSTNAME: "gateway-7d4f",
      PATH: "/bin",
      TERM: "xterm",
      LANG: "C.UTF-8",
      NODE_VERSION: "22.1.0",
      NODE_PATH: "/lib",
      YARN_VERSION: "1.22",
      HTTP_PROXY: "http://p:1",
      http_proxy: "http://p:1",
      ALL_PROXY: "http://p:1",
      APP_PORT: "1",
      npm_config_user_agent: "npm",
      npm_lifecycle_event: "start",
      KUBERNETES_PORT: "tcp://10.0.0.1:443",
      ALIBABA_CLOUD_ROLE_ARN: "acs:ram::1:role/x",
      ALIBABA_CLOUD_OIDC_TOKEN_FILE: "/var/run/token",
      EMULATOR_HOST: "0.0.0.0",
      EMULATOR_NAMES: "emulator",
    });
    expect(warnings).toEqual([]);
  });

  it("as an invalid proxy are rejected only if a request would use it", () => {
    const HTTPS_PROXY = "socks5://canary:1";
    expect(readConfig({ HTTPS_PROXY }).PORT).toBe(3_000);
    const collector = {
      HTTPS_PROXY,
      OTEL_EXPORTER_OTLP_ENDPOINT: "https://collector.example",
    };
    expect(() => readConfig(collector)).toThrow(
      /^(?!.*canary).*HTTPS_PROXY must be/s,
    );
    expect(
      readConfig({ ...collector, NO_PROXY: "collector.example" }).PORT,
    ).toBe(3_000);
  });

  it("in lower case have precedence as proxy variables", () => {
    expect(
      readConfig({
        HTTPS_PROXY: "http://upper:1",
        https_proxy: "http://lower:1",
        NO_PROXY: "upper.example",
        no_proxy: " ",
      }),
    ).toMatchObject({
      HTTPS_PROXY: "http://lower:1",
      NO_PROXY: "upper.example",
    });
  });
});

describe("a variable whose name resembles a setting", () => {
  it.each([
    ["API_KEY_FILE", "API_KEYS_FILE"],
    ["RATE_LIMT", "RATE_LIMIT_PER_MINUTE"],
    ["RATE_LIMIT", "RATE_LIMIT_PER_MINUTE"],
    ["RATE_LIMIT_PER_MIN", "RATE_LIMIT_PER_MINUTE"],
    ["port", "PORT"],
    ["Host", "HOST"],
    ["redis_url", "REDIS_URL"],
    ["REDIS_URI", "REDIS_URL"],
    ["REDIS-URL", "REDIS_URL"],
    ["LOGLEVEL_", null],
    ["LOG_LEVLE", "LOG_LEVEL"],
    ["CORS_ORIGIN", "CORS_ORIGINS"],
    ["UPSTREAM_ENDPIONT", "UPSTREAM_ENDPOINT"],
    ["WRITE_DEADLINE", "WRITE_DEADLINE_MS"],
    ["JWT_ISUER", "JWT_ISSUER"],
    ["OPS_PROT", "OPS_PORT"],
    ["ALIBABA_CLOUD_ACCESS_KEY_SECRT", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"],
    ["Https_Proxy", "HTTPS_PROXY"],
  ])("%s is reported as %s, without its value", (name, meant) => {
    const { warnings } = readConfig({ [name]: "canary" });
    expect(warnings).toEqual(
      meant === null
        ? []
        : [`${name} is not a setting. Did you mean ${meant}?`],
    );
  });

  it("is named next to the problems that it may have caused", () => {
    const environment = { HOST: "0.0.0.0", API_KEY_FILE: "/canary.json" };
    let error: unknown;
    try {
      readConfig(environment);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as ConfigError).message).toMatch(
      /- HOST must be a loopback[\s\S]*- API_KEY_FILE is not a setting. Did you mean API_KEYS_FILE\?$/,
    );
    expect((error as ConfigError).report).not.toContain("canary");
  });
});
