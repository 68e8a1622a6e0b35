import { Module, type DynamicModule } from "@nestjs/common";
import { AuditTrail } from "./audit.js";
import { Logger } from "./logger.js";

/** Offers the one logger and the one audit trail of the process. */
@Module({})
export class LoggingModule {
  static with(logger: Logger, trail: AuditTrail): DynamicModule {
    return {
      module: LoggingModule,
      global: true,
      providers: [
        { provide: Logger, useValue: logger },
        { provide: AuditTrail, useValue: trail },
      ],
      exports: [Logger, AuditTrail],
    };
  }
}
