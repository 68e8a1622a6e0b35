import { Module, type DynamicModule } from "@nestjs/common";
import { APP_FILTER } from "@nestjs/core";
import { GraphQLModule } from "@nestjs/graphql";
import { AccessModule } from "./access/access.module.js";
import type { AccessControl } from "./access/access-control.js";
import { BindingTargetsModule } from "./binding-targets/binding-targets.module.js";
import { Config } from "./config/config.js";
import { ConfigModule } from "./config/config.module.js";
import { ContactsPlanModule } from "./contacts-plan/contacts-plan.module.js";
import { CoverageModule } from "./coverage/coverage.module.js";
import { GraphqlDriver } from "./graphql/graphql.driver.js";
import { SemanticNonNull } from "./graphql/semantic-non-null.js";
import { ProblemDetailsFilter } from "./http/problem-details.filter.js";
import type { AuditTrail } from "./logging/audit.js";
import { Logger } from "./logging/logger.js";
import { LoggingModule } from "./logging/logging.module.js";
import { MessageContactsModule } from "./message-contacts/message-contacts.module.js";
import { PendingVerificationsModule } from "./pending-verifications/pending-verifications.module.js";
import { describeRootTypes } from "./message-contacts/shapes/root-types.js";
import { USER_ERRORS } from "./message-contacts/shapes/user-errors.js";
import { ObservabilityModule } from "./observability/observability.module.js";
import { SharedStateModule } from "./shared-state/shared-state.module.js";
import type { SharedState } from "./shared-state/shared-state.js";
import type { UpstreamObserver } from "./upstream/upstream-observer.js";

/** Imports every module of the gateway. */
@Module({})
export class AppModule {
  static with(
    config: Config,
    logger: Logger,
    trail: AuditTrail,
    accessControl: AccessControl,
    shared: SharedState,
    observer: UpstreamObserver,
    streams: DynamicModule,
  ): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.with(config),
        LoggingModule.with(logger, trail),
        AccessModule.with(accessControl),
        SharedStateModule.with(shared),
        ObservabilityModule.with(observer),
        streams,
        GraphQLModule.forRoot({
          driver: GraphqlDriver,
          path: "/graphql",
          autoSchemaFile: true,
          sortSchema: true,
          buildSchemaOptions: {
            orphanedTypes: USER_ERRORS,
            directives: [SemanticNonNull],
          },
          transformSchema: describeRootTypes,
        }),
        MessageContactsModule,
        PendingVerificationsModule,
        CoverageModule,
        ContactsPlanModule,
        BindingTargetsModule,
      ],
      providers: [
        { provide: APP_FILTER, useValue: new ProblemDetailsFilter(logger) },
      ],
    };
  }
}
