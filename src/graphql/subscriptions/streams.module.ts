import { Module, type DynamicModule } from "@nestjs/common";
import { CredentialWatch } from "../../access/credential-watch.js";
import { AdmissionController } from "../../http/load-shedding.js";
import {
  OPERATION_OBSERVER,
  type OperationObserver,
} from "./socket-operations.js";
import { SocketSlots } from "./socket-slots.js";
import { SseStreams } from "../../http/sse-stream.js";

/** What connections share that stay open: one instance of each for all APIs. */
@Module({})
export class StreamsModule {
  static with(
    credentials: CredentialWatch,
    slots: SocketSlots,
    intake: AdmissionController,
    observer: OperationObserver,
  ): DynamicModule {
    return {
      module: StreamsModule,
      global: true,
      providers: [
        SseStreams,
        { provide: CredentialWatch, useValue: credentials },
        { provide: SocketSlots, useValue: slots },
        { provide: AdmissionController, useValue: intake },
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
