import { Module, type DynamicModule } from "@nestjs/common";
import { Logger } from "./logger.js";

/** Offers the one logger of the process. */
@Module({})
export class LoggingModule {
  static with(logger: Logger): DynamicModule {
    return {
      module: LoggingModule,
      global: true,
      providers: [{ provide: Logger, useValue: logger }],
      exports: [Logger],
    };
  }
}
