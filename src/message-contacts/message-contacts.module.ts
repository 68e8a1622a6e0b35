import { Module } from "@nestjs/common";
import { UpstreamModule } from "../upstream/upstream.module.js";
import { BulkChanges } from "./bulk-changes.js";
import { BulkController } from "./bulk.controller.js";
import { BulkResolver } from "./bulk.resolver.js";
import { ContactReads } from "./contact-reads.js";
import { DeletionEventsController } from "./deletion-events.controller.js";
import { DeletionWatch, LATER, systemLater } from "./deletion-watch.js";
import { DeletionWatchResolver } from "./deletion-watch.resolver.js";
import { Deletions, WALL_CLOCK } from "./deletions.js";
import { MessageContactFieldsResolver } from "./message-contact-fields.resolver.js";
import { MessageContactsController } from "./message-contacts.controller.js";
import { MessageContactsResolver } from "./message-contacts.resolver.js";
import { MessageContactsService } from "./message-contacts.service.js";
import { VerificationMessages } from "./verification-messages.js";

/** The twelve operations and both their front doors. */
@Module({
  imports: [UpstreamModule],
  controllers: [
    BulkController,
    MessageContactsController,
    DeletionEventsController,
  ],
  providers: [
    MessageContactsService,
    MessageContactsResolver,
    MessageContactFieldsResolver,
    BulkChanges,
    BulkResolver,
    ContactReads,
    Deletions,
    DeletionWatch,
    DeletionWatchResolver,
    VerificationMessages,
    { provide: WALL_CLOCK, useValue: Date.now },
    { provide: LATER, useValue: systemLater },
  ],
})
export class MessageContactsModule {}
