import { Module, type DynamicModule } from "@nestjs/common";
import { AccessControl } from "./access-control.js";

/** Offers the one gate to doors that open connections of their own. */
@Module({})
export class AccessModule {
  static with(gate: AccessControl): DynamicModule {
    return {
      module: AccessModule,
      global: true,
      providers: [{ provide: AccessControl, useValue: gate }],
      exports: [AccessControl],
    };
  }
}
