import { createHmac } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { Inject, Module, type OnApplicationShutdown } from "@nestjs/common";
import { Config } from "../config/config.js";
import type { Directory } from "../config/files/directories-file.js";
import { DEFAULT_DIRECTORY } from "../context/request-context.js";
import { Egress } from "../egress/egress.js";
import { AuditTrail } from "../logging/audit.js";
import { Logger } from "../logging/logger.js";
import type { CallLimits } from "./attempts/call-policy.js";
import {
  ChainCredentials,
  StaticCredentials,
} from "./transport/credentials.js";
import { IdempotencyKeys } from "./idempotency/idempotency-keys.js";
import { KEY_STORE, type KeyStore } from "./idempotency/key-store.js";
import {
  INVALIDATION_BUS,
  type InvalidationBus,
} from "./reads/invalidation-bus.js";
import { CALL_TOKENS, type CreateCallTokens } from "./pacing/call-tokens.js";
import { DirectoryPacer } from "./pacing/directory-pacer.js";
import { SYSTEM_TIMING } from "./timing.js";
import { RpcSigner, type CredentialsProvider } from "./transport/signer.js";
import { TRANSPORT_LIMITS, UpstreamTransport } from "./transport/transport.js";
import {
  ChangedFiles,
  RotatingCredentials,
  type OnCredentialsChange,
} from "./transport/rotating-credentials.js";
import { chainFiles, vendorChain } from "./transport/vendor-chain.js";
import { Upstream } from "./upstream.js";
import { UpstreamClient, type ClientDependencies } from "./upstream.client.js";
import {
  UNOBSERVED,
  UPSTREAM_OBSERVER,
  type UpstreamObserver,
} from "./upstream-observer.js";
import { WRITE_QUEUES, type WriteQueues } from "./writes/write-queue.js";

/** Provides the upstream clients that the configuration describes. */
@Module({
  providers: [
    {
      provide: Upstream,
      inject: [
        Config,
        AuditTrail,
        Logger,
        KEY_STORE,
        WRITE_QUEUES,
        INVALIDATION_BUS,
        { token: CALL_TOKENS, optional: true },
        { token: UPSTREAM_OBSERVER, optional: true },
      ],
      useFactory: (
        config: Config,
        trail: AuditTrail,
        logger: Logger,
        keys: KeyStore,
        queues: WriteQueues,
        bus: InvalidationBus,
        tokens: CreateCallTokens | null | undefined,
        observer: UpstreamObserver = UNOBSERVED,
      ) => {
        const egress = Egress.from(config);
        const clients = [...directoriesOf(config)].map(
          ([alias, directory]) =>
            [
              alias,
              new UpstreamClient({
                ...connectionOf(
                  directory,
                  config,
                  keys,
                  egress,
                  reportChanges(alias, logger),
                ),
                writes: queues(alias),
                directory: alias,
                bus,
                observer,
                limits: limitsOf(config),
                cache: {
                  lifetimeMs: config.READ_CACHE_MS,
                  maxLifetimeMs: Math.max(
                    config.READ_CACHE_MS,
                    config.READ_CACHE_MAX_MS,
                  ),
                },
                pacer: new DirectoryPacer(
                  directory.callsPerSecond ?? config.UPSTREAM_CALLS_PER_SECOND,
                  SYSTEM_TIMING,
                  tokens == null
                    ? undefined
                    : (operation) => tokens(alias, operation),
                ),
                gather: () => delay(GATHER_MS),
              }),
            ] as const,
        );
        return new Upstream(new Map(clients), trail, observer.tracer);
      },
    },
  ],
  exports: [Upstream],
})
export class UpstreamModule implements OnApplicationShutdown {
  constructor(@Inject(Upstream) private readonly upstream: Upstream) {}

  onApplicationShutdown(): Promise<void> {
    return this.upstream.close();
  }
}

/**
 * Time in which reads of single contacts are gathered into one list, in milliseconds. The
 * vendor's responses take tens of milliseconds.
 */
const GATHER_MS = 2;

function connectionOf(
  { endpoint, credentials }: Directory,
  config: Config,
  keys: KeyStore,
  egress: Egress,
  onChange: OnCredentialsChange,
): Pick<ClientDependencies, "signer" | "transport" | "keys" | "versionSecret"> {
  return {
    signer: new RpcSigner(endpoint, providerOf(credentials, egress, onChange)),
    transport: transportTo(endpoint, egress),
    keys: new IdempotencyKeys(keys, stateSecretOf(credentials, config)),
    ...versionSecretOf(credentials, config),
  };
}

/** Logs new credentials of a directory, and why they cannot be read. */
function reportChanges(
  directory: string,
  logger: Pick<Logger, "log">,
): OnCredentialsChange {
  return (cause) => {
    if (cause === null) {
      logger.log("info", "vendor credentials were reloaded", {
        event: "credentials-reloaded",
        directory,
      });
      return;
    }
    logger.log(
      "error",
      "the vendor credentials cannot be read: the last ones stay in use",
      { event: "credentials-unusable", directory, cause },
    );
  };
}

/** Without a secret that other processes know, the client generates one. */
function versionSecretOf(
  credentials: Directory["credentials"],
  config: Config,
): Pick<ClientDependencies, "versionSecret"> {
  return credentials.kind === "keys" || config.STATE_SECRET !== undefined
    ? { versionSecret: `version ${stateSecretOf(credentials, config)}` }
    : {};
}

/** Configured directories by alias; without a file, the one from the settings. */
export function directoriesOf(config: Config): ReadonlyMap<string, Directory> {
  if (config.directories.size > 0) return config.directories;
  if (config.UPSTREAM_ENDPOINT === undefined) {
    throw new Error(
      "UPSTREAM_ENDPOINT must be set before the modules are created",
    );
  }
  const { UPSTREAM_CREDENTIALS_FILE: path } = config;
  const credentials: Directory["credentials"] =
    config.UPSTREAM_CREDENTIALS === "chain"
      ? { kind: "chain" }
      : path !== undefined
        ? { kind: "file", path }
        : {
            kind: "keys",
            accessKeyId: config.ALIBABA_CLOUD_ACCESS_KEY_ID ?? "",
            accessKeySecret: config.ALIBABA_CLOUD_ACCESS_KEY_SECRET ?? "",
            ...(config.ALIBABA_CLOUD_SECURITY_TOKEN === undefined
              ? {}
              : { securityToken: config.ALIBABA_CLOUD_SECURITY_TOKEN }),
          };
  return new Map([
    [DEFAULT_DIRECTORY, { endpoint: config.UPSTREAM_ENDPOINT, credentials }],
  ]);
}

function limitsOf(config: Config): CallLimits {
  return {
    readDeadlineMs: config.READ_DEADLINE_MS,
    writeDeadlineMs: config.WRITE_DEADLINE_MS,
    readAttemptMs: config.READ_ATTEMPT_MS,
    writeAttemptMs: config.WRITE_ATTEMPT_MS,
    readBackReserveMs: config.READ_BACK_RESERVE_MS,
  };
}

/** Creates the credentials provider of a directory. */
export function providerOf(
  credentials: Directory["credentials"],
  egress: Egress,
  onChange?: OnCredentialsChange,
): CredentialsProvider {
  switch (credentials.kind) {
    case "chain": {
      const files = new ChangedFiles(chainFiles());
      return new ChainCredentials(
        () => vendorChain(egress.fetch),
        undefined,
        () => files.haveChanged,
        onChange,
      );
    }
    case "file":
      return new RotatingCredentials(credentials.path, onChange);
    case "keys":
      return new StaticCredentials(credentials);
  }
}

/** Creates the transport to an endpoint, through the proxy if it requires one. */
export function transportTo(
  endpoint: string,
  egress: Egress,
): UpstreamTransport {
  return new UpstreamTransport(
    endpoint,
    TRANSPORT_LIMITS,
    egress.connector(TRANSPORT_LIMITS.connectTimeoutMs),
  );
}

/**
 * HMAC key for hashes of stored requests; equal on all replicas that share a store.
 * Keys of the default credentials chain rotate. With the chain and a shared store,
 * the configuration therefore requires STATE_SECRET.
 */
function stateSecretOf(
  credentials: Directory["credentials"],
  { STATE_SECRET }: Config,
): string {
  const own = credentials.kind === "keys" ? credentials.accessKeySecret : "";
  return createHmac("sha256", "message-contacts-gateway state")
    .update(STATE_SECRET ?? own)
    .digest("hex");
}
