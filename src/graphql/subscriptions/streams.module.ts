import { Module, type DynamicModule } from "@nestjs/common";
import { CredentialWatch } from "../../access/credential-watch.js";
import { AdmissionController } from "../../http/load-shedding.js";
import {
  OPERATION_OBSERVER,
  type OperationObserver,
} from "./socket-operations.js";
import { SocketSlots } from "./socket-slots.js";
import { SseStreams } from "../../http/sse-stream.js";

/** Services for long-lived connections. All APIs share one instance of each. */
@Module({})
export class StreamsModule {
  static with(
    credentials: CredentialWatch,
    slots: SocketSlots,
    admission: AdmissionController,
    observer: OperationObserver,
  ): DynamicModule {
    return {
      module: StreamsModule,
      global: true,
      providers: [
        SseStreams,
        { provide: CredentialWatch, useValue: credentials },
        { provide: SocketSlots, useValue: slots },
        { provide: AdmissionController, useValue: admission },
        { provide: OPERATION_OBSERVER, useValue: observer },
      ],
      exports: [
        SseStreams,
        CredentialWatch,
        SocketSlots,
        AdmissionController,
        OPERATION_OBSERVER,
      ],
    };
  }
}
