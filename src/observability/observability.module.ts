import { Module, type DynamicModule } from "@nestjs/common";
import {
  UPSTREAM_OBSERVER,
  type UpstreamObserver,
} from "../upstream/upstream-observer.js";

/** Offers what watches the way to the vendor, under the token of those it watches. */
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
