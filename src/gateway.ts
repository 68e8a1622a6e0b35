import "reflect-metadata";
import type { AddressInfo } from "node:net";
import { NestFactory } from "@nestjs/core";
import {
  FastifyAdapter,
  type NestFastifyApplication,
} from "@nestjs/platform-fastify";
import type { FastifyInstance } from "fastify";
import { AppModule } from "./app.module.js";
import type { Config } from "./config/config.js";
import {
  fastifyOptions,
  openFrontDoor,
  RouteMethods,
} from "./http/front-door.js";
import { acceptIdempotencyKeys } from "./http/idempotency-key.js";
import { Logger } from "./logging/logger.js";
import { acceptCountryCodes } from "./message-contacts/shapes/rules.js";
import { bracketed, OpsServer } from "./ops/ops.server.js";

/** A gateway that answers. */
export interface Gateway {
  /** Base URL of GraphQL, REST and the pages, without a trailing slash. */
  readonly url: string;
  /** Base URL of the probes. */
  readonly opsUrl: string;
  readonly app: NestFastifyApplication;
  /** Stops taking requests, lets running ones finish, closes everything. */
  close(): Promise<void>;
}

/** Builds the application without listening. */
export async function createGateway(
  config: Config,
  logger: Logger,
): Promise<NestFastifyApplication> {
  acceptCountryCodes(config.PHONE_COUNTRY_CODES);
  const adapter = new FastifyAdapter(fastifyOptions(logger));
  const fastify = adapter.getInstance<FastifyInstance>();
  const methods = new RouteMethods(fastify);
  openFrontDoor(fastify, logger);
  acceptIdempotencyKeys(fastify, logger);
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.with(config, logger),
    adapter,
    { logger: logger.forNest, bodyParser: false, abortOnError: false },
  );
  await app.init();
  methods.refuseOthers(fastify, logger);
  return app;
}

/** Starts a gateway; port 0 takes a free one. */
export async function startGateway(
  config: Config,
  logger = new Logger(config),
): Promise<Gateway> {
  const app = await createGateway(config, logger);
  await app.listen(config.PORT, config.HOST);
  let isReady = true;
  const ops = await OpsServer.listen(config.HOST, config.OPS_PORT, {
    isReady: () => isReady,
  });
  const { port } = app.getHttpServer().address() as AddressInfo;
  return {
    url: `http://${bracketed(config.HOST)}:${port}`,
    opsUrl: ops.url,
    app,
    close: async () => {
      isReady = false;
      await app.close();
      await ops.close();
      logger.flush();
    },
  };
}
