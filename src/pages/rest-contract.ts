import type { RestContract } from "../openapi/document.js";
import { UpstreamErrorInfo } from "../message-contacts/shapes/user-errors.js";
import { BulkController } from "../message-contacts/rest/bulk.controller.js";
import { DeletionEventsController } from "../message-contacts/rest/deletion-events.controller.js";
import { MessageContactsController } from "../message-contacts/rest/message-contacts.controller.js";

/** The REST API, for the OpenAPI document. */
export const REST_CONTRACT: RestContract = {
  controllers: [
    MessageContactsController,
    BulkController,
    DeletionEventsController,
  ],
  upstreamShape: UpstreamErrorInfo,
};
