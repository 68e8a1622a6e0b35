import { Module } from "@nestjs/common";
import { MessageContactsModule } from "../message-contacts/message-contacts.module.js";
import { PendingVerificationsResolver } from "./graphql/pending-verifications.resolver.js";
import { PendingVerificationsService } from "./pending-verifications.service.js";
import { PendingVerificationsController } from "./rest/pending-verifications.controller.js";
import { SendVerifications } from "./send-verifications.js";

/** Pending verifications of the whole directory. */
@Module({
  imports: [MessageContactsModule],
  controllers: [PendingVerificationsController],
  providers: [
    PendingVerificationsService,
    PendingVerificationsResolver,
    SendVerifications,
  ],
})
export class PendingVerificationsModule {}
