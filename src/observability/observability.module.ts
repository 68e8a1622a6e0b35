import { Module, type DynamicModule } from "@nestjs/common";
import {
  UPSTREAM_OBSERVER,
  type UpstreamObserver,
} from "../upstream/upstream-observer.js";

/** Provides the observer of upstream calls under the token that `upstream` injects. */
@Module({})
export class ObservabilityModule {
  static with(observer: UpstreamObserver): DynamicModule {
    return {
      module: ObservabilityModule,
      global: true,
      providers: [{ provide: UPSTREAM_OBSERVER, useValue: observer }],
      exports: [UPSTREAM_OBSERVER],
    };
  }
}
