import "reflect-metadata";
import type { INestApplicationContext } from "@nestjs/common";
import { Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { ConfigModule } from "../../config/config.module.js";
import type { Config } from "../../config/config.js";
import { callerWith, SCOPES } from "../../context/caller.js";
import {
  openContext,
  type RequestContext,
} from "../../context/request-context.js";
import { ERRORS } from "../../errors/error-table.js";
import { GatewayError } from "../../errors/gateway-error.js";
import { Logger } from "../../logging/logger.js";
import { AuditTrail } from "../../logging/audit.js";
import { LoggingModule } from "../../logging/logging.module.js";
import {
  Deletions,
  WALL_CLOCK,
} from "../../message-contacts/deletions/deletions.js";
import { MessageContactsService } from "../../message-contacts/message-contacts.service.js";
import { VerificationMessages } from "../../message-contacts/verifications/verification-messages.js";
import { SharedStateModule } from "../../shared-state/shared-state.module.js";
import { openSharedState } from "../../shared-state/open-shared-state.js";
import type { SharedState } from "../../shared-state/shared-state.js";
import {
  directoriesOf,
  UpstreamModule,
} from "../../upstream/upstream.module.js";
import type { SeedItem } from "./seed-file.js";
import type { SeedOutcome, SeedTarget } from "./seed-target.js";

/** Maximum page size of the vendor. */
const PAGE_SIZE = 100;

/** Maximum number of targets per vendor call (documented). */
const MAX_TARGETS_PER_CALL = 5;

/**
 * The service without its APIs: resolvers, controllers and what they inject, such as
 * access control, belong to a gateway that serves requests.
 */
@Module({
  imports: [UpstreamModule],
  providers: [
    MessageContactsService,
    Deletions,
    VerificationMessages,
    { provide: WALL_CLOCK, useValue: Date.now },
  ],
})
class SeedModule {}

/**
 * Adds contacts to a directory through the gateway's own service. Writes run one at a
 * time, a lost response is settled by reading back, and the audit trail names the
 * caller `seed`.
 */
export class DirectoryTarget implements SeedTarget {
  private constructor(
    private readonly app: INestApplicationContext,
    private readonly service: MessageContactsService,
    private readonly state: SharedState,
    private readonly alias: string,
    private readonly endpoint: string,
  ) {}

  /** @param alias required if several directories are configured */
  static async open(
    config: Config,
    alias: string | undefined,
  ): Promise<DirectoryTarget> {
    const directories = directoriesOf(config);
    const aliases = [...directories.keys()];
    const chosen = alias ?? (aliases.length === 1 ? aliases[0] : undefined);
    const directory = directories.get(chosen ?? "");
    if (chosen === undefined || directory === undefined) {
      throw new Error(
        `Choose one of the configured directories with --directory: ${aliases.join(", ")}.`,
      );
    }
    const logger = new Logger(config);
    const state = await openSharedState(config, logger);
    const app = await NestFactory.createApplicationContext(
      {
        module: SeedModule,
        imports: [
          ConfigModule.with(config),
          LoggingModule.with(logger, AuditTrail.from(config, logger)),
          SharedStateModule.with(state),
        ],
      },
      { logger: logger.forNest, abortOnError: false },
    );
    const service = app.get(MessageContactsService, { strict: false });
    return new DirectoryTarget(app, service, state, chosen, directory.endpoint);
  }

  get description(): string {
    return `the directory ${this.alias} at ${this.endpoint}`;
  }

  get confirmation(): string {
    return new URL(this.endpoint).hostname;
  }

  async existingNames(): Promise<ReadonlySet<string>> {
    const names = new Set<string>();
    for (let pageNumber = 1; ; pageNumber += 1) {
      const { items, hasNextPage } = await this.service.listMessageContacts(
        { pageNumber, pageSize: PAGE_SIZE },
        this.context(),
      );
      for (const { name } of items) if (name !== null) names.add(name);
      if (!hasNextPage) return names;
    }
  }

  async add({ contact, targetIds }: SeedItem): Promise<SeedOutcome> {
    try {
      const { id } = await this.service.addMessageContact(
        contact,
        this.context(),
      );
      for (let at = 0; at < targetIds.length; at += MAX_TARGETS_PER_CALL) {
        await this.service.associateMembers(
          {
            contactId: id,
            targetIds: targetIds.slice(at, at + MAX_TARGETS_PER_CALL),
          },
          this.context(),
        );
      }
      return { kind: "added", detail: id };
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      const { message, advice } = ERRORS[error.code];
      const detail = `${error.code}: ${message.en} ${advice.en}`;
      return { kind: "failed", detail };
    }
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.state.close();
  }

  /** Each call has its own deadline and request id. */
  private context(): RequestContext {
    return openContext(
      {},
      callerWith("seed", SCOPES, [this.alias]),
      this.alias,
    );
  }
}
