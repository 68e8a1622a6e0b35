import { Inject, Module, type OnApplicationShutdown } from "@nestjs/common";
import { Config } from "../config/config.js";
import { ChainCredentials, StaticCredentials } from "./credentials.js";
import { RpcSigner, type CredentialsProvider } from "./signer.js";
import { UpstreamTransport } from "./transport.js";
import { UpstreamClient } from "./upstream.client.js";

/** Time limits of one attempt (reliability policy, 1.2). */
const ATTEMPT_TIMEOUTS = { readMs: 5_000, writeMs: 8_000 };

/** The client towards the vendor, made from the configuration. */
@Module({
  providers: [
    {
      provide: UpstreamTransport,
      inject: [Config],
      useFactory: (config: Config) => new UpstreamTransport(endpointOf(config)),
    },
    {
      provide: UpstreamClient,
      inject: [Config, UpstreamTransport],
      useFactory: (config: Config, transport: UpstreamTransport) =>
        new UpstreamClient(
          new RpcSigner(endpointOf(config), providerOf(config)),
          transport,
          ATTEMPT_TIMEOUTS,
        ),
    },
  ],
  exports: [UpstreamClient],
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
