import { Module } from "@nestjs/common";
import { UpstreamModule } from "../upstream/upstream.module.js";
import { AllContacts } from "./all-contacts.js";
import { BulkChanges } from "./bulk/bulk-changes.js";
import { ContactSearch } from "./search/contact-search.js";
import { BulkController } from "./rest/bulk.controller.js";
import { BulkResolver } from "./graphql/bulk.resolver.js";
import { ContactLoaders } from "./graphql/contact.loaders.js";
import { DeletionEventsController } from "./rest/deletion-events.controller.js";
import {
  DeletionWatch,
  SCHEDULE,
  scheduleTimeout,
} from "./deletions/deletion-watch.js";
import { DeletionStatusSubscription } from "./graphql/deletion-status.subscription.js";
import { Deletions, WALL_CLOCK } from "./deletions/deletions.js";
import { MessageContactFieldsResolver } from "./graphql/message-contact-fields.resolver.js";
import { MessageContactsController } from "./rest/message-contacts.controller.js";
import { MessageContactsResolver } from "./graphql/message-contacts.resolver.js";
import { MessageContactsService } from "./message-contacts.service.js";
import { ContactStatusSubscription } from "./graphql/contact-status.subscription.js";
import { StatusEventsController } from "./rest/status-events.controller.js";
import { StatusWatch } from "./watch/status-watch.js";
import { WatchSlots } from "./watch/watch-slots.js";
import { VerificationMessages } from "./verifications/verification-messages.js";

/** The twelve operations over GraphQL and REST. */
@Module({
  imports: [UpstreamModule],
  controllers: [
    BulkController,
    MessageContactsController,
    DeletionEventsController,
    StatusEventsController,
  ],
  providers: [
    MessageContactsService,
    MessageContactsResolver,
    MessageContactFieldsResolver,
    AllContacts,
    BulkChanges,
    BulkResolver,
    ContactSearch,
    ContactLoaders,
    Deletions,
    DeletionWatch,
    DeletionStatusSubscription,
    ContactStatusSubscription,
    StatusWatch,
    WatchSlots,
    VerificationMessages,
    { provide: WALL_CLOCK, useValue: Date.now },
    { provide: SCHEDULE, useValue: scheduleTimeout },
  ],
  exports: [
    AllContacts,
    BulkChanges,
    ContactLoaders,
    MessageContactsService,
    WALL_CLOCK,
  ],
})
export class MessageContactsModule {}
