import "reflect-metadata";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { NestFactory } from "@nestjs/core";
import {
  FastifyAdapter,
  type NestFastifyApplication,
} from "@nestjs/platform-fastify";
import type { FastifyInstance } from "fastify";
import { CredentialWatch } from "./access/credential-watch.js";
import { createAccessControl } from "./access/access-control.js";
import { Authenticator } from "./access/authenticator.js";
import { AppModule } from "./app.module.js";
import type { Config } from "./config/config.js";
import { graceMs } from "./config/time-limits.js";
import { listenFailure } from "./config/listen-failure.js";
import { ErrorCode } from "./errors/error-codes.js";
import { Connections } from "./http/connections.js";
import { fastifyOptions } from "./http/fastify-options.js";
import { replaceNodeDefaults } from "./http/ingress/node-defaults.js";
import { Ingress } from "./http/ingress/ingress.js";
import { addRequestHooks } from "./http/request-hooks.js";
import { RouteMethods } from "./http/route-methods.js";
import { acceptIdempotencyKeys } from "./http/idempotency-key.js";
import {
  AdmissionController,
  measuredDelay,
  shedLoad,
} from "./http/load-shedding.js";
import { AuditTrail, auditFileOf } from "./logging/audit.js";
import { constrainUpgrades, routeUpgrades } from "./http/upgrades.js";
import { LifeCycle } from "./logging/life-cycle.js";
import { Logger } from "./logging/logger.js";
import { slotsOf, SocketSlots } from "./graphql/subscriptions/socket-slots.js";
import { SseStreams } from "./http/sse-stream.js";
import { StreamsModule } from "./graphql/subscriptions/streams.module.js";
import { DeletionWatch } from "./message-contacts/deletions/deletion-watch.js";
import { DirectRead } from "./message-contacts/rest/direct-read.js";
import { addReadHeaders } from "./message-contacts/rest/read-headers.js";
import { Observability } from "./observability/observability.js";
import {
  bracketed,
  OpsServer,
  type HealthReport,
} from "./observability/ops.server.js";
import { failuresOf } from "./observability/failures.js";
import { workerMetrics } from "./observability/worker-metrics.js";
import { registerPages } from "./pages/register-pages.js";
import { ClientViews } from "./proxies/client-view.js";
import { openSharedState } from "./shared-state/open-shared-state.js";
import type { SharedState } from "./shared-state/shared-state.js";
import { Upstream } from "./upstream/upstream.js";

/** A running gateway. */
export interface Gateway {
  /** Base URL of GraphQL, REST and the pages, without a trailing slash. */
  readonly url: string;
  readonly app: NestFastifyApplication;
  /** API key for development; null if authentication is configured. */
  readonly developmentKey: string | null;
  readonly observability: Observability;
  /** Current health. Sends no request. */
  health(): HealthReport;
  /** Health facts that report problems; empty if there are none. */
  failures(): Readonly<Record<string, string>>;
  /**
   * Shuts down in order: becomes unready, closes the listener after `drainMs`,
   * serves requests on open connections for up to a second, refuses further
   * ones, waits for running requests, closes sockets and streams, then closes
   * the rest. Without `drainMs`, this second is skipped.
   */
  close(drainMs?: number): Promise<void>;
  /**
   * Writes an audit line and a log line for each running write. Called before
   * the process is killed.
   */
  recordUnfinished(): void;
}

/** A gateway with an operations port. */
export interface ProbedGateway extends Gateway {
  /** Base URL of probes and metrics. */
  readonly opsUrl: string;
}

/** Resolves providers of any module. */
const ANYWHERE = { strict: false } as const;

/** Builds the application without listening. */
export async function createGateway(
  config: Config,
  connections: Connections,
  logger: Logger,
  trail: AuditTrail,
  authenticator: Authenticator,
  state: SharedState,
  admission: AdmissionController,
  observability: Observability,
): Promise<NestFastifyApplication> {
  const accessControl = createAccessControl(
    config,
    authenticator,
    state.limits,
  );
  const views = new ClientViews(config.TRUSTED_PROXIES, config.PUBLIC_URL);
  const ingress = new Ingress(views, accessControl, logger);
  const adapter = new FastifyAdapter(
    fastifyOptions(connections, ingress, {
      keepAliveTimeoutMs: config.KEEP_ALIVE_TIMEOUT_MS,
      publicPath: views.publicPath,
    }),
  );
  const fastify = adapter.getInstance<FastifyInstance>();
  constrainUpgrades(fastify);
  const methods = new RouteMethods(fastify);
  const slots = new SocketSlots(slotsOf(config));
  observability.addFirstHooks(fastify);
  ingress.addHook(fastify);
  shedLoad(fastify, admission, logger);
  addRequestHooks(fastify, accessControl, logger);
  acceptIdempotencyKeys(fastify, logger);
  addReadHeaders(fastify);
  const directRead = DirectRead.on(fastify, logger);
  observability.addLastHooks(fastify);
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.with(
      config,
      logger,
      trail,
      accessControl,
      state,
      observability.observer,
      StreamsModule.with(
        new CredentialWatch(authenticator),
        slots,
        admission,
        observability,
      ),
    ),
    adapter,
    { logger: logger.forNest, bodyParser: false, abortOnError: false },
  );
  await app.init();
  directRead.use(app);
  observability.observe({
    upstream: app.get(Upstream, ANYWHERE),
    watch: app.get(DeletionWatch, ANYWHERE),
    streams: app.get(SseStreams, ANYWHERE),
    sockets: slots,
    accessControl,
    admission,
    connections,
    state,
    signIn: authenticator,
    outputs: { log: logger, audit: trail },
  });
  registerPages(fastify, app, config);
  methods.refuseOthers(fastify, logger);
  connections.watch(fastify.server);
  routeUpgrades(fastify.server, fastify, connections, ingress);
  replaceNodeDefaults(fastify, connections, ingress);
  return app;
}

/** Starts a gateway without the operations port. Port 0 selects a free port. */
export async function openGateway(
  config: Config,
  logger: Logger,
): Promise<Gateway> {
  const trail = AuditTrail.from(config, logger);
  const reopen = (): void => trail.reopen();
  if (auditFileOf(config) !== null) process.on("SIGHUP", reopen);
  const authenticator = Authenticator.from(config, logger);
  const state = await openSharedState(config, logger);
  const admission = new AdmissionController(
    {
      maxInFlight: config.MAX_REQUESTS_IN_FLIGHT,
      maxDelayMs: config.MAX_EVENT_LOOP_DELAY_MS,
    },
    measuredDelay(),
  );
  const observability = await Observability.from(config, logger);
  const connections = new Connections(config.MAX_CONNECTIONS, logger);
  const app = await createGateway(
    config,
    connections,
    logger,
    trail,
    authenticator,
    state,
    admission,
    observability,
  );
  await app.listen(config.PORT, config.HOST).catch((error: Error) => {
    throw listenFailure("PORT", config.PORT, config.HOST, error);
  });
  const life = new LifeCycle(logger);
  let isReady = true;
  const failures = (): Readonly<Record<string, string>> =>
    failuresOf(authenticator.status, { log: logger, audit: trail });
  const { port } = app.getHttpServer().address() as AddressInfo;
  return {
    url: `http://${bracketed(config.HOST)}:${port}`,
    app,
    developmentKey: authenticator.developmentKey,
    observability,
    health: () => ({
      // Not ready while no credential can be verified.
      isReady: isReady && authenticator.status.canVerify,
      // Still ready without Redis: only keyed writes are refused.
      facts: {
        sharedState: state.status,
        ...(state.problem === null
          ? {}
          : { sharedStateProblem: state.problem }),
        requestsInFlight: admission.inFlight,
        ...failures(),
      },
    }),
    failures,
    close: async (drainMs = 0) => {
      isReady = false;
      life.drain({ drainMs, graceMs: graceMs(config) }, admission.inFlight);
      admission.drain();
      if (drainMs > 0) {
        await delay(drainMs);
        await connections.stopAccepting(app.getHttpServer(), LINGER_MS);
      }
      await admission.close();
      await state.writesDone();
      await closeServer(app);
      await observability.close();
      await state.close();
      authenticator.close();
      process.off("SIGHUP", reopen);
      trail.close();
      life.stop();
      logger.close();
    },
    recordUnfinished: () => {
      for (const write of app.get(Upstream, ANYWHERE).auditRunningWrites()) {
        logger.log("error", "a running change is cut off", {
          event: "change-cut-off",
          ...write,
          code: ErrorCode.OUTCOME_UNKNOWN,
        });
      }
      life.forceStop(admission.inFlight);
      trail.close();
      logger.close();
    },
  };
}

/** Starts a gateway with its operations port. Port 0 selects a free port. */
export async function startGateway(
  config: Config,
  logger = new Logger(config),
): Promise<ProbedGateway> {
  const gateway = await openGateway(config, logger);
  const worker = workerMetrics(() => ({
    ready: gateway.health().isReady ? 1 : 0,
    wanted: 1,
    restarts: 0,
  }));
  const ops = await OpsServer.listen(
    config.HOST,
    config.OPS_PORT,
    () => gateway.health(),
    async () => {
      const { contentType, text } = await gateway.observability.scrape();
      return { contentType, text: `${text}\n${await worker.metrics()}` };
    },
  );
  return {
    ...gateway,
    opsUrl: ops.url,
    close: async (drainMs) => {
      await gateway.close(drainMs);
      await ops.close();
    },
  };
}

/**
 * Time for open connections to close, twice: after the listener is closed, until
 * further requests are refused; and at the end, until they are destroyed.
 */
const LINGER_MS = 1_000;

/** Closes the server and destroys connections that still send a body. */
async function closeServer(app: NestFastifyApplication): Promise<void> {
  const timer = setTimeout(
    () => app.getHttpServer().closeAllConnections(),
    LINGER_MS,
  );
  await app.close();
  clearTimeout(timer);
}
