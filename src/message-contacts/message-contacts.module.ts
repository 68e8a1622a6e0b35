import { Module } from "@nestjs/common";
import { UpstreamModule } from "../upstream/upstream.module.js";
import { MemoryDeletionLedger } from "./deletion-ledger.js";
import { MessageContactFieldsResolver } from "./message-contact-fields.resolver.js";
import { MessageContactsController } from "./message-contacts.controller.js";
import { MessageContactsResolver } from "./message-contacts.resolver.js";
import { MessageContactsService } from "./message-contacts.service.js";

/** The twelve operations and both their front doors. */
@Module({
  imports: [UpstreamModule],
  controllers: [MessageContactsController],
  providers: [
    MessageContactsService,
    MessageContactsResolver,
    MessageContactFieldsResolver,
    {
      provide: MemoryDeletionLedger,
      useFactory: () => new MemoryDeletionLedger(),
    },
  ],
})
export class MessageContactsModule {}
