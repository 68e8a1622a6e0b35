import { BindingTargetsController } from "../binding-targets/rest/binding-targets.controller.js";
import type { RestContract } from "../openapi/document.js";
import { ContactsPlanController } from "../contacts-plan/rest/contacts-plan.controller.js";
import { CoverageController } from "../coverage/rest/coverage.controller.js";
import { UpstreamErrorInfo } from "../message-contacts/shapes/user-errors.js";
import { BulkController } from "../message-contacts/rest/bulk.controller.js";
import { StatusEventsController } from "../message-contacts/rest/status-events.controller.js";
import { DeletionEventsController } from "../message-contacts/rest/deletion-events.controller.js";
import { MessageContactsController } from "../message-contacts/rest/message-contacts.controller.js";
import { PendingVerificationsController } from "../pending-verifications/rest/pending-verifications.controller.js";

/** The REST API, for the OpenAPI document. */
export const REST_CONTRACT: RestContract = {
  controllers: [
    MessageContactsController,
    BulkController,
    DeletionEventsController,
    StatusEventsController,
    PendingVerificationsController,
    CoverageController,
    ContactsPlanController,
    BindingTargetsController,
  ],
  upstreamShape: UpstreamErrorInfo,
};
