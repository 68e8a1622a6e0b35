import { Module, type DynamicModule } from "@nestjs/common";
import { AuditTrail } from "./audit.js";
import { Logger } from "./logger.js";

/** Provides the logger and the audit log of the process. */
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
