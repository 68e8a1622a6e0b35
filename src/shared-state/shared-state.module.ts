import { Module, type DynamicModule } from "@nestjs/common";
import { DELETION_LEDGER } from "../message-contacts/deletions/deletion-ledger.js";
import { DELETION_RELAY } from "../message-contacts/deletions/deletion-relay.js";
import { VERIFICATION_HISTORY } from "../message-contacts/verifications/verification-history.js";
import { VERIFICATION_LOG } from "../message-contacts/verifications/verification-log.js";
import { KEY_STORE } from "../upstream/idempotency/key-store.js";
import { CALL_TOKENS } from "../upstream/pacing/call-tokens.js";
import { INVALIDATION_BUS } from "../upstream/reads/invalidation-bus.js";
import { WRITE_QUEUES } from "../upstream/writes/write-queue.js";
import type { SharedState } from "./shared-state.js";

/**
 * Provides each part of the shared state under the token of the module that uses
 * it. Those modules depend on their own interface, not on memory or Redis.
 */
@Module({})
export class SharedStateModule {
  static with(state: SharedState): DynamicModule {
    const providers = [
      { provide: KEY_STORE, useValue: state.keys },
      { provide: WRITE_QUEUES, useValue: state.queues },
      { provide: DELETION_LEDGER, useValue: state.ledger },
      { provide: DELETION_RELAY, useValue: state.relay },
      { provide: INVALIDATION_BUS, useValue: state.invalidations },
      { provide: CALL_TOKENS, useValue: state.tokens ?? null },
      { provide: VERIFICATION_LOG, useValue: state.verifications },
      { provide: VERIFICATION_HISTORY, useValue: state.verificationHistory },
    ];
    return {
      module: SharedStateModule,
      global: true,
      providers,
      exports: providers.map(({ provide }) => provide),
    };
  }
}
