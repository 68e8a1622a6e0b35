import { Module, type DynamicModule } from "@nestjs/common";
import { APP_FILTER } from "@nestjs/core";
import { GraphQLModule } from "@nestjs/graphql";
import { Config } from "./config/config.js";
import { ConfigModule } from "./config/config.module.js";
import { GraphqlDriver } from "./http/graphql.driver.js";
import { ProblemDetailsFilter } from "./http/problem-details.filter.js";
import { Logger } from "./logging/logger.js";
import { LoggingModule } from "./logging/logging.module.js";
import { MessageContactsModule } from "./message-contacts/message-contacts.module.js";
import { USER_ERRORS } from "./message-contacts/shapes/user-errors.js";

/** Names every module of the gateway. */
@Module({})
export class AppModule {
  static with(config: Config, logger: Logger): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.with(config),
        LoggingModule.with(logger),
        GraphQLModule.forRoot({
          driver: GraphqlDriver,
          path: "/graphql",
          autoSchemaFile: true,
          sortSchema: true,
          buildSchemaOptions: { orphanedTypes: USER_ERRORS },
        }),
        MessageContactsModule,
      ],
      providers: [
        { provide: APP_FILTER, useValue: new ProblemDetailsFilter(logger) },
      ],
    };
  }
}
