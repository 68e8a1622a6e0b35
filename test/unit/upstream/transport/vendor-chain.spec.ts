import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { ChainCredentials } from "../../../../src/upstream/transport/credentials.js";
import { vendorChain } from "../../../../src/upstream/transport/vendor-chain.js";

const URI = "https://credentials.example/role";
const METADATA = "http://100.100.100.200/";
const KEYS = {
  AccessKeyId: "canary-id",
  AccessKeySecret: "canary-secret",
  SecurityToken: "canary-token",
  Expiration: "2099-01-01T00:00:00Z",
};

/** What a service does: a status, or a system error. */
type Service = number | string;

let environment: NodeJS.ProcessEnv;
let asked: string[];

beforeEach(() => {
  environment = { ...process.env };
  asked = [];
  for (const name of Object.keys(process.env)) {
    if (name.startsWith("ALIBABA_CLOUD_")) delete process.env[name];
  }
  // No profile of this machine.
  process.env["HOME"] = "/nonexistent";
});
afterEach(() => {
  process.env = environment;
});

function chainWith(
  services: Readonly<Record<string, Service>>,
): ChainCredentials {
  const fetch = ((input: string) => {
    asked.push(input);
    const [, service = "ENOTFOUND"] =
      Object.entries(services).find(([url]) => input.startsWith(url)) ?? [];
    if (typeof service === "number") {
      return Promise.resolve(Response.json(KEYS, { status: service }));
    }
    const cause = Object.assign(new Error("canary"), { code: service });
    return Promise.reject(new TypeError("fetch failed", { cause }));
  }) as typeof globalThis.fetch;
  return new ChainCredentials(() => vendorChain(fetch));
}

describe("the vendor's credentials chain", () => {
  it("returns the credentials of the configured service", async () => {
    process.env["ALIBABA_CLOUD_CREDENTIALS_URI"] = URI;
    const chain = chainWith({ [URI]: 200 });
    expect(await chain.getCredentials()).toEqual({
      accessKeyId: "canary-id",
      accessKeySecret: "canary-secret",
      securityToken: "canary-token",
    });
    expect(asked).toContain(URI);
  });

  it.each<[Service, Service, boolean, string]>([
    ["ECONNREFUSED", "EHOSTUNREACH", false, "CREDENTIALS_ECONNREFUSED"],
    ["PROXY_407", "EHOSTUNREACH", false, "CREDENTIALS_PROXY_407"],
    [503, "EHOSTUNREACH", false, "CREDENTIALS_503"],
    [429, "EHOSTUNREACH", false, "CREDENTIALS_429"],
    [403, "EHOSTUNREACH", true, "CREDENTIALS_403"],
    ["ECONNREFUSED", 404, false, "CREDENTIALS_ECONNREFUSED"],
  ])(
    "with a service that answers %s and metadata that answer %s: denied is %s",
    async (service, metadata, isDenied, reason) => {
      process.env["ALIBABA_CLOUD_CREDENTIALS_URI"] = URI;
      const chain = chainWith({ [URI]: service, [METADATA]: metadata });
      await expect(chain.getCredentials()).rejects.toMatchObject({
        isDenied,
        reason,
        message: expect.not.stringContaining("canary"),
      });
    },
  );

  it.each<[Service, boolean, string]>([
    ["EHOSTUNREACH", false, "CREDENTIALS_EHOSTUNREACH"],
    [404, true, "CREDENTIALS_404"],
  ])(
    "with nothing but metadata that answer %s: denied is %s",
    async (metadata, isDenied, reason) => {
      const chain = chainWith({ [METADATA]: metadata });
      await expect(chain.getCredentials()).rejects.toMatchObject({
        isDenied,
        reason,
      });
    },
  );

  it("is denied if no service is configured", async () => {
    process.env["ALIBABA_CLOUD_ECS_METADATA_DISABLED"] = "true";
    await expect(chainWith({}).getCredentials()).rejects.toMatchObject({
      isDenied: true,
      reason: "CREDENTIALS_NOT_CONFIGURED",
    });
    expect(asked).toEqual([]);
  });

  it("is asked again after a failure", async () => {
    process.env["ALIBABA_CLOUD_CREDENTIALS_URI"] = URI;
    const services: Record<string, Service> = { [URI]: "ECONNREFUSED" };
    const chain = chainWith(services);
    await expect(chain.getCredentials()).rejects.toThrow();
    services[URI] = 200;
    expect(await chain.getCredentials()).toMatchObject({
      accessKeyId: "canary-id",
    });
  });
});
