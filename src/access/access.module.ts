import { Module, type DynamicModule } from "@nestjs/common";
import { AccessControl } from "./access-control.js";

/**
 * Provides `AccessControl` to transports that authorize their own connections.
 */
@Module({})
export class AccessModule {
  static with(accessControl: AccessControl): DynamicModule {
    return {
      module: AccessModule,
      global: true,
      providers: [{ provide: AccessControl, useValue: accessControl }],
      exports: [AccessControl],
    };
  }
}
