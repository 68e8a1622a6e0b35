import { Module } from "@nestjs/common";
import { UpstreamModule } from "../upstream/upstream.module.js";
import { ContactReads } from "./contact-reads.js";
import { DELETION_LEDGER, MemoryDeletionLedger } from "./deletion-ledger.js";
import { Deletions, WALL_CLOCK } from "./deletions.js";
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
    ContactReads,
    Deletions,
    { provide: WALL_CLOCK, useValue: Date.now },
    { provide: DELETION_LEDGER, useClass: MemoryDeletionLedger },
  ],
})
export class MessageContactsModule {}
