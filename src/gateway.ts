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
import { ErrorCode } from "./errors/error-codes.js";
import { Connections } from "./http/connections.js";
import {
  fastifyOptions,
  addRequestHooks,
  RouteMethods,
} from "./http/request-hooks.js";
import { acceptIdempotencyKeys } from "./http/idempotency-key.js";
import {
  AdmissionController,
  measuredDelay,
  shedLoad,
} from "./http/load-shedding.js";
import { AuditTrail, auditFileOf } from "./logging/audit.js";
import { constrainUpgrades, routeUpgrades } from "./http/upgrades.js";
import { Logger } from "./logging/logger.js";
import { slotsOf, SocketSlots } from "./graphql/subscriptions/socket-slots.js";
import { SseStreams } from "./http/sse-stream.js";
import { StreamsModule } from "./graphql/subscriptions/streams.module.js";
import { DeletionWatch } from "./message-contacts/deletions/deletion-watch.js";
import { Observability } from "./observability/observability.js";
import {
  bracketed,
  OpsServer,
  type HealthReport,
} from "./observability/ops.server.js";
import { troubleOf } from "./observability/trouble.js";
import { registerPages } from "./pages/register-pages.js";
import {
  openSharedState,
  type SharedState,
} from "./shared-state/shared-state.js";
import { Upstream } from "./upstream/upstream.js";

/** A gateway that answers. */
export interface Gateway {
  /** Base URL of GraphQL, REST and the pages, without a trailing slash. */
  readonly url: string;
  readonly app: NestFastifyApplication;
  /** An API key for trying things out, where no sign-in is configured. */
  readonly developmentKey: string | null;
  readonly observability: Observability;
  /** How it stands, as far as it knows without asking anybody. */
  standing(): HealthReport;
  /** The part of its facts that reports trouble; empty while there is none. */
  trouble(): Readonly<Record<string, string>>;
  /**
   * Ends in order: not ready at once, `drainMs` later no more requests, then
   * running ones finish, sockets and streams are told, everything closes.
   */
  close(drainMs?: number): Promise<void>;
  /**
   * Writes a line to the audit trail and to the log for each change that still
   * runs. For the moment before the process is ended by force.
   */
  cutOff(): void;
}

/** A gateway with a port of its own for those who run it. */
export interface ProbedGateway extends Gateway {
  /** Base URL of the probes. */
  readonly opsUrl: string;
}

/** Whichever module it belongs to. */
const ANYWHERE = { strict: false } as const;

/** Builds the application without listening. */
export async function createGateway(
  config: Config,
  logger: Logger,
  trail: AuditTrail,
  signIn: Authenticator,
  state: SharedState,
  intake: AdmissionController,
  observability: Observability,
): Promise<NestFastifyApplication> {
  const connections = new Connections(config.MAX_CONNECTIONS, logger);
  const adapter = new FastifyAdapter(fastifyOptions(logger, connections));
  const fastify = adapter.getInstance<FastifyInstance>();
  constrainUpgrades(fastify);
  const methods = new RouteMethods(fastify);
  const gate = createAccessControl(config, signIn, state.limits);
  const slots = new SocketSlots(slotsOf(config));
  observability.beforeFrontDoor(fastify);
  shedLoad(fastify, intake, logger);
  addRequestHooks(fastify, gate, logger);
  acceptIdempotencyKeys(fastify, logger);
  observability.afterFrontDoor(fastify);
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.with(
      config,
      logger,
      trail,
      gate,
      state,
      observability.observer,
      StreamsModule.with(
        new CredentialWatch(signIn),
        slots,
        intake,
        observability,
      ),
    ),
    adapter,
    { logger: logger.forNest, bodyParser: false, abortOnError: false },
  );
  await app.init();
  observability.look({
    upstream: app.get(Upstream, ANYWHERE),
    watch: app.get(DeletionWatch, ANYWHERE),
    streams: app.get(SseStreams, ANYWHERE),
    sockets: slots,
    gate,
    intake,
    connections,
    state,
    signIn,
    outputs: { log: logger, audit: trail },
  });
  registerPages(fastify, app, config);
  methods.refuseOthers(fastify, logger);
  connections.watch(fastify.server);
  routeUpgrades(fastify.server, fastify, connections);
  return app;
}

/** Starts a gateway without probes; port 0 takes a free one. */
export async function openGateway(
  config: Config,
  logger: Logger,
): Promise<Gateway> {
  const trail = AuditTrail.from(config, logger);
  const reopen = (): void => trail.reopen();
  if (auditFileOf(config) !== null) process.on("SIGHUP", reopen);
  const signIn = Authenticator.from(config, logger);
  const state = await openSharedState(config, logger);
  const intake = new AdmissionController(
    {
      maxInFlight: config.MAX_REQUESTS_IN_FLIGHT,
      maxDelayMs: config.MAX_EVENT_LOOP_DELAY_MS,
    },
    measuredDelay(),
  );
  const observability = await Observability.from(config);
  const app = await createGateway(
    config,
    logger,
    trail,
    signIn,
    state,
    intake,
    observability,
  );
  await app.listen(config.PORT, config.HOST);
  let isReady = true;
  const trouble = (): Readonly<Record<string, string>> =>
    troubleOf(signIn.standing, { log: logger, audit: trail });
  const { port } = app.getHttpServer().address() as AddressInfo;
  return {
    url: `http://${bracketed(config.HOST)}:${port}`,
    app,
    developmentKey: signIn.developmentKey,
    observability,
    standing: () => ({
      // Without sign-in for anyone, requests are better served elsewhere.
      isReady: isReady && signIn.standing.isAble,
      // Without Redis a replica serves all but writes with a key: still ready.
      facts: {
        sharedState: state.status,
        ...(state.problem === null
          ? {}
          : { sharedStateProblem: state.problem }),
        requestsInFlight: intake.inFlight,
        ...trouble(),
      },
    }),
    trouble,
    close: async (drainMs = 0) => {
      isReady = false;
      intake.drain();
      if (drainMs > 0) await delay(drainMs);
      await intake.close();
      await state.writesDone();
      await closeServer(app);
      await observability.close();
      await state.close();
      signIn.close();
      process.off("SIGHUP", reopen);
      trail.close();
      logger.close();
    },
    cutOff: () => {
      for (const write of app.get(Upstream, ANYWHERE).cutOff()) {
        logger.log("error", "a running change is cut off", {
          ...write,
          code: ErrorCode.OUTCOME_UNKNOWN,
        });
      }
      trail.close();
      logger.close();
    },
  };
}

/** Starts a gateway with its probes; port 0 takes a free one. */
export async function startGateway(
  config: Config,
  logger = new Logger(config),
): Promise<ProbedGateway> {
  const gateway = await openGateway(config, logger);
  const ops = await OpsServer.listen(
    config.HOST,
    config.OPS_PORT,
    () => gateway.standing(),
    () => gateway.observability.scrape(),
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

/** How long connections may take to go by themselves. */
const LINGER_MS = 1_000;

/** Closes the server; whoever still sends a request's body is cut off. */
async function closeServer(app: NestFastifyApplication): Promise<void> {
  const timer = setTimeout(
    () => app.getHttpServer().closeAllConnections(),
    LINGER_MS,
  );
  await app.close();
  clearTimeout(timer);
}
