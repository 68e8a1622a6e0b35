import { createHmac } from "node:crypto";
import { Inject, Module, type OnApplicationShutdown } from "@nestjs/common";
import { Config } from "../config/config.js";
import { DEFAULT_DIRECTORY } from "../context/request-context.js";
import { ChainCredentials, StaticCredentials } from "./credentials.js";
import { IdempotencyKeys, MemoryKeyStore } from "./idempotency.js";
import { RpcSigner, type CredentialsProvider } from "./signer.js";
import { UpstreamTransport } from "./transport.js";
import { Upstream } from "./upstream.js";
import { UpstreamClient } from "./upstream.client.js";
import { MemoryWriteQueue } from "./write-queue.js";

/** The client towards the vendor, made from the configuration. */
@Module({
  providers: [
    {
      provide: UpstreamTransport,
      inject: [Config],
      useFactory: (config: Config) => new UpstreamTransport(endpointOf(config)),
    },
    {
      provide: Upstream,
      inject: [Config, UpstreamTransport],
      useFactory: (config: Config, transport: UpstreamTransport) =>
        new Upstream(
          new Map([
            [
              DEFAULT_DIRECTORY,
              new UpstreamClient({
                signer: new RpcSigner(endpointOf(config), providerOf(config)),
                transport,
                writes: new MemoryWriteQueue(),
                keys: new IdempotencyKeys(
                  new MemoryKeyStore(),
                  stateSecretOf(config),
                ),
              }),
            ],
          ]),
        ),
    },
  ],
  exports: [Upstream],
})
export class UpstreamModule implements OnApplicationShutdown {
  constructor(
    @Inject(UpstreamTransport) private readonly transport: UpstreamTransport,
  ) {}

  onApplicationShutdown(): Promise<void> {
    return this.transport.close();
  }
}

function endpointOf(config: Config): string {
  if (config.UPSTREAM_ENDPOINT === undefined) {
    throw new Error("UPSTREAM_ENDPOINT is set before the modules are made");
  }
  return config.UPSTREAM_ENDPOINT;
}

function providerOf(config: Config): CredentialsProvider {
  if (config.UPSTREAM_CREDENTIALS === "chain") return new ChainCredentials();
  return new StaticCredentials({
    accessKeyId: config.ALIBABA_CLOUD_ACCESS_KEY_ID ?? "",
    accessKeySecret: config.ALIBABA_CLOUD_ACCESS_KEY_SECRET ?? "",
    ...(config.ALIBABA_CLOUD_SECURITY_TOKEN === undefined
      ? {}
      : { securityToken: config.ALIBABA_CLOUD_SECURITY_TOKEN }),
  });
}

/** Keys the hashes of stored requests; the same on all replicas of a directory. */
function stateSecretOf(config: Config): string {
  return createHmac("sha256", "message-contacts-gateway state")
    .update(config.ALIBABA_CLOUD_ACCESS_KEY_SECRET ?? "")
    .digest("hex");
}
