import type { RestContract } from "../../openapi/document.js";
import { UpstreamErrorInfo } from "../shapes/user-errors.js";
import { BulkController } from "./bulk.controller.js";
import { DeletionEventsController } from "./deletion-events.controller.js";
import { MessageContactsController } from "./message-contacts.controller.js";

/** The REST API, for the OpenAPI document. */
export const REST_CONTRACT: RestContract = {
  controllers: [
    MessageContactsController,
    BulkController,
    DeletionEventsController,
  ],
  upstreamShape: UpstreamErrorInfo,
};
