import { Module, type DynamicModule } from "@nestjs/common";
import { Gate } from "./access-control.js";

/** Offers the one gate to doors that open connections of their own. */
@Module({})
export class AccessModule {
  static with(gate: Gate): DynamicModule {
    return {
      module: AccessModule,
      global: true,
      providers: [{ provide: Gate, useValue: gate }],
      exports: [Gate],
    };
  }
}
