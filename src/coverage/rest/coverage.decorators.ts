import { ErrorCode as E } from "../../errors/error-codes.js";
import { CSV_MEDIA_TYPE } from "../../csv/csv-writer.js";
import { exampleProblem } from "../../openapi/problems.js";
import {
  DeletionState,
  ItemStatus,
  MessageType,
} from "../../message-contacts/shapes/enums.js";
import { MessageContactArgs } from "../../message-contacts/shapes/inputs.js";
import {
  CONDITIONAL,
  NOT_MODIFIED,
} from "../../message-contacts/rest/conditional-read.js";
import { RestOperation } from "../../message-contacts/rest/rest-operation.decorator.js";
import * as reports from "../shapes/coverage-report.js";
import { AccountRecipients } from "../shapes/account-recipients.js";
import { GapReason, ReplacementStepKind } from "../shapes/enums.js";
import * as shapes from "../shapes/rest-shapes.js";
import { coverageCsv } from "./coverage-csv.js";

/** Names of the parameters of a route whose path contains the contact. */
export const FIELD_NAMES = { contactId: "id" } as const;

const COST =
  "Costs one upstream call per 100 accounts, one per 100 contacts, and one more; accounts are cached for 60 seconds. If one of them fails, the whole report fails.";

const EXAMPLE_ROW = {
  accountId: "1997968394350001",
  accountName: "log-archive",
  folderId: "r-Zj29gL",
  hasGap: true,
  messageTypes: [
    {
      messageType: MessageType.FAULT_MESSAGE,
      boundActive: 0,
      boundVerifying: 1,
      gap: GapReason.ONLY_UNVERIFIED,
    },
  ],
};

/** Declares `GET /v1/accounts/{id}/recipients`. */
export const Recipients = (): MethodDecorator =>
  RestOperation("recipients", {
    summary: "List the contacts of an account",
    description: `The contacts that are bound to an account, through the directory, its folders or the account itself, with the bindings that reach it. ${COST}`,
    path: shapes.AccountPath,
    query: shapes.RecipientsQuery,
    headers: CONDITIONAL,
    answers: [
      {
        status: 200,
        description: "The contacts that are bound to the account.",
        bodies: [{ shape: AccountRecipients }],
        headers: ["ETag", "Age"],
      },
      NOT_MODIFIED,
    ],
    errors: [E.BINDING_TARGET_NOT_FOUND],
    fieldNames: { accountId: "id", targetIds: "id" },
    needsSeveralCalls: true,
    example: { id: "1997968394350002" },
  });

/** Declares `GET /v1/coverage`. */
export const Coverage = (): MethodDecorator =>
  RestOperation("coverage", {
    summary: "Report who is notified, and who is not",
    description: `For each account and message type, the number of bound contacts, and the reason for each gap. Bound does not mean that the person receives a message: member accounts can filter messages. As CSV, the report has one line for each account and message type; account IDs and formulas begin with an apostrophe, so that spreadsheet programs keep them as text. ${COST}`,
    query: shapes.CoverageQuery,
    headers: CONDITIONAL,
    answers: [
      {
        status: 200,
        description: "One page of the report, or the whole report as CSV.",
        bodies: [
          {
            shape: reports.CoverageReport,
            example: { items: [EXAMPLE_ROW], folders: null },
          },
        ],
        texts: { [CSV_MEDIA_TYPE]: coverageCsv([EXAMPLE_ROW], true) },
        headers: ["Link", "ETag", "Age"],
      },
      NOT_MODIFIED,
    ],
    errors: [E.BINDING_TARGET_NOT_FOUND],
    fieldNames: { targetIds: "under" },
    needsSeveralCalls: true,
    example: { query: { onlyGaps: true, minRecipients: 1 } },
  });

/** Declares `GET /v1/message-contacts/{id}/deletion-preview`. */
export const DeletionPreview = (): MethodDecorator =>
  RestOperation("deletionPreview", {
    summary: "Preview a deletion",
    description: `Accounts that would lose their last \`ACTIVE\` contact for a message type if the contact were deleted. ${COST}`,
    path: MessageContactArgs,
    query: shapes.DeletionPreviewQuery,
    headers: CONDITIONAL,
    answers: [
      {
        status: 200,
        description:
          "One page of the accounts that would lose their last contact for a message type.",
        bodies: [
          { shape: reports.DeletionPreview, example: { items: [EXAMPLE_ROW] } },
        ],
        headers: ["Link", "ETag", "Age"],
      },
      NOT_MODIFIED,
    ],
    errors: [E.CONTACT_NOT_FOUND],
    needsSeveralCalls: true,
    example: { id: "c-W8rT2yXn5KpVb0Qa" },
  });

const BOUND = {
  kind: ReplacementStepKind.BIND,
  targetIds: ["1997968394350005"],
  status: ItemStatus.DONE,
  httpStatus: 200,
  problem: null,
};

const DELETED = {
  kind: ReplacementStepKind.DELETE,
  targetIds: [],
  status: ItemStatus.DONE,
  httpStatus: 200,
  problem: null,
};

/** Declares `POST /v1/message-contacts/{id}/replace`. */
export const ReplaceMessageContact = (): MethodDecorator =>
  RestOperation("replaceMessageContact", {
    summary: "Replace a contact",
    description:
      "Binds the replacement to the targets of the contact first, then deletes the contact. Stops at the first step that fails; the contact is then not deleted. Repeated with the same `Idempotency-Key`, it continues where it was interrupted. Without `force`, it is rejected with `STATUS_CONFLICT` if an account would lose its last `ACTIVE` contact for a message type.",
    path: MessageContactArgs,
    body: shapes.ReplaceMessageContactBody,
    answers: [
      {
        status: 200,
        description: "The contact was replaced.",
        bodies: [
          {
            shape: shapes.ReplacementResults,
            example: {
              results: [BOUND, DELETED],
              deletion: {
                contactId: "c-K2aQv9mE4zTxO7Pd",
                state: DeletionState.DELETED,
                stateRaw: "Deleted",
                isFinal: true,
                failures: [],
                observedAt: "2026-01-31T08:30:00.000Z",
                startedHere: true,
                advice: null,
                problem: null,
              },
            },
          },
        ],
      },
      {
        status: 207,
        description:
          "Only some steps were made; each result shows the status of one step.",
        bodies: [
          {
            shape: shapes.ReplacementResults,
            example: {
              isComplete: false,
              results: [
                BOUND,
                {
                  ...DELETED,
                  status: ItemStatus.FAILED,
                  httpStatus: 503,
                  problem: exampleProblem(E.UPSTREAM_UNAVAILABLE),
                },
              ],
              deletion: null,
            },
          },
        ],
      },
    ],
    fieldNames: { targetIds: "replacementId" },
    needsSeveralCalls: true,
    example: {
      id: "c-K2aQv9mE4zTxO7Pd",
      body: { replacementId: "c-H4nUc6jS8wFiB2Ry", force: true },
    },
  });
