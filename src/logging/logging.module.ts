import { Module, type DynamicModule } from "@nestjs/common";
import { hasSignIn, type Config } from "../config/config.js";
import { AuditTrail } from "./audit.js";
import { Logger } from "./logger.js";

/** Offers the one logger and the one audit trail of the process. */
@Module({})
export class LoggingModule {
  static with(logger: Logger, config: Config): DynamicModule {
    return {
      module: LoggingModule,
      global: true,
      providers: [
        { provide: Logger, useValue: logger },
        {
          provide: AuditTrail,
          useFactory: () =>
            AuditTrail.at(
              config.AUDIT_LOG ?? (hasSignIn(config) ? "stderr" : "none"),
            ),
        },
      ],
      exports: [Logger, AuditTrail],
    };
  }
}
