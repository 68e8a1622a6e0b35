import { ErrorCode } from "../../errors/error-codes.js";
import {
  CONDITIONAL,
  NOT_MODIFIED,
} from "../../message-contacts/rest/conditional-read.js";
import { RestOperation } from "../../message-contacts/rest/rest-operation.decorator.js";
import {
  ItemStatus,
  VerificationChannel,
} from "../../message-contacts/shapes/enums.js";
import { exampleProblem } from "../../openapi/problems.js";
import { PendingVerificationsArgs } from "../shapes/inputs.js";
import { PendingVerificationReport } from "../shapes/pending-verification-report.js";
import {
  SendVerificationsBody,
  SentVerificationResults,
} from "../shapes/rest-bodies.js";

/** Declares `GET /`. */
export const PendingVerifications = (): MethodDecorator =>
  RestOperation("pendingVerifications", {
    summary: "Report pending verifications",
    description:
      "All pending verifications of the directory, the longest known one first. Costs one upstream call per 100 contacts and one for each contact; when one of them fails, there is no report.",
    query: PendingVerificationsArgs,
    headers: CONDITIONAL,
    answers: [
      {
        status: 200,
        description: "The pending verifications.",
        bodies: [{ shape: PendingVerificationReport }],
        headers: ["ETag", "Age"],
      },
      NOT_MODIFIED,
    ],
    errors: [],
    needsSeveralCalls: true,
    example: { query: { channel: VerificationChannel.EMAIL } },
  });

const SENT = {
  contactId: "c-r5IfC8dP0gNmZ4Ek",
  channel: VerificationChannel.EMAIL,
  status: ItemStatus.DONE,
  sentAt: "2026-01-31T08:30:00.000Z",
  retryAfterSeconds: 60,
  httpStatus: 200,
  problem: null,
};

/** Declares `POST /send`. */
export const SendVerifications = (): MethodDecorator =>
  RestOperation("sendVerifications", {
    summary: "Send verification messages",
    description:
      "Sends up to 50 verification messages, one after the other. The gateway looks up the pending address or number, so the caller need not read it. An error that concerns one message only does not stop the others; an upstream failure or an unknown outcome does.",
    body: SendVerificationsBody,
    answers: [
      {
        status: 200,
        description: "The vendor accepted every message for sending.",
        bodies: [
          { shape: SentVerificationResults, example: { results: [SENT] } },
        ],
      },
      {
        status: 207,
        description:
          "Some messages were not sent; each result shows the status of one item.",
        bodies: [
          {
            shape: SentVerificationResults,
            example: {
              isComplete: false,
              results: [
                {
                  ...SENT,
                  status: ItemStatus.FAILED,
                  sentAt: null,
                  retryAfterSeconds: null,
                  httpStatus: 409,
                  problem: exampleProblem(ErrorCode.VERIFICATION_NOT_PENDING, {
                    field: ["items", "0", "channel"],
                  }),
                },
              ],
            },
          },
        ],
      },
    ],
    needsSeveralCalls: true,
    example: {
      body: {
        items: [
          {
            contactId: "c-r5IfC8dP0gNmZ4Ek",
            channel: VerificationChannel.EMAIL,
          },
        ],
      },
    },
  });
