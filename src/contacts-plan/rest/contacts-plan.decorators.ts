import { stringify } from "yaml";
import { ErrorCode as E } from "../../errors/error-codes.js";
import { exampleProblem } from "../../openapi/problems.js";
import type { RestAnswer } from "../../openapi/rest-operation.js";
import {
  ContactTitle,
  ItemStatus,
  MessageType,
} from "../../message-contacts/shapes/enums.js";
import {
  CONDITIONAL,
  NOT_MODIFIED,
} from "../../message-contacts/rest/conditional-read.js";
import { RestOperation } from "../../message-contacts/rest/rest-operation.decorator.js";
import { MEDIA_TYPES } from "../files/file-formats.js";
import { ContactsPlan } from "../shapes/contacts-plan.js";
import { PlanChangeKind } from "../shapes/enums.js";
import { ContactsPlanInput } from "../shapes/inputs.js";
import * as shapes from "../shapes/rest-shapes.js";

/** Maximum size of an imported file in bytes; see `file-limits.ts` for its contents. */
const MAX_FILE_BYTES = 2 * 1024 * 1024;

const COST =
  "Costs one upstream call per 100 contacts, one for each contact whose address or number differs, and for new targets one per 100 accounts and one more; for names or paths of targets also one per folder.";

const APPLYING =
  "Makes one change after the other, deletions last, up to the first failure; sends no verification message. A plan with a problem, such as an exceeded quota, is rejected before its first change. After an interruption, repeat the request with the same `Idempotency-Key`: it continues where it stopped. Without the key, make a new plan, which contains what is left. With `prune`, the scope `contacts:delete` is required as well.";

/** Member of the body that contains the fields of contacts. */
export const FIELD_NAMES = {
  contactId: "contacts",
  name: "contacts",
  emailAddress: "contacts",
  phoneNumber: "contacts",
  title: "contacts",
  messageTypes: "contacts",
  targetIds: "contacts",
  ifMatch: "contacts",
} as const;

const EXAMPLE_CONTACT = {
  name: "zoe",
  emailAddress: "zoe@example.com",
  title: ContactTitle.TECHNICAL_DIRECTOR,
  messageTypes: [MessageType.FAULT_MESSAGE, MessageType.SECURITY_MESSAGE],
  targets: ["fd-ZDNPiT7a4K"],
};

const EXAMPLE_INPUT = { contacts: [EXAMPLE_CONTACT] };

const EXAMPLE_CSV =
  "name,emailAddress,title,messageTypes,targets\nzoe,zoe@example.com,TECHNICAL_DIRECTOR,FAULT_MESSAGE;SECURITY_MESSAGE,fd-ZDNPiT7a4K\n";

const EXAMPLE_YAML = stringify(EXAMPLE_INPUT);

/** How a route reads a file in its body. */
const FILE = {
  bodyTexts: { "text/csv": EXAMPLE_CSV, "application/yaml": EXAMPLE_YAML },
  maxBodyBytes: MAX_FILE_BYTES,
};

const READING =
  "The body is a file: CSV, YAML or JSON, in UTF-8. In CSV, the first line names the columns; `;` separates the values of a list; an empty cell leaves the field as it is, and `none` is an empty list. Errors name the lines. Parameters of the query take precedence over members of a JSON body.";

const PLAN: RestAnswer = {
  status: 200,
  description: "The plan. Its `digest` is the ETag.",
  bodies: [{ shape: ContactsPlan }],
  headers: ["ETag"],
};

const DONE = {
  kind: PlanChangeKind.ADD,
  contactId: "c-qL4HqKONzOM7aB3d",
  name: "zoe",
  targetIds: [],
  status: ItemStatus.DONE,
  httpStatus: 200,
  problem: null,
};

const FAILED = {
  ...DONE,
  kind: PlanChangeKind.BIND,
  targetIds: ["fd-ZDNPiT7a4K"],
  status: ItemStatus.FAILED,
  httpStatus: 503,
  problem: exampleProblem(E.UPSTREAM_UNAVAILABLE),
};

const PARTIAL: RestAnswer = {
  status: 207,
  description:
    "Only some changes were made; each result shows the status of one change.",
  bodies: [
    {
      shape: shapes.PlanResults,
      example: { isComplete: false, results: [DONE, FAILED] },
    },
  ],
};

const COMPLETE = { shape: shapes.PlanResults, example: { results: [DONE] } };

/** Declares `POST /v1/plan`. */
export const ContactsPlanRoute = (): MethodDecorator =>
  RestOperation("contactsPlan", {
    summary: "Plan changes",
    description: `The changes that would make the directory match the input. This request changes nothing. An address or number of the input that is already pending verification is not a change. ${READING} ${COST}`,
    query: shapes.PlanQuery,
    body: ContactsPlanInput,
    ...FILE,
    answers: [PLAN],
    errors: [],
    needsSeveralCalls: true,
    fieldNames: FIELD_NAMES,
    example: { body: EXAMPLE_INPUT },
  });

/** Declares `POST /v1/apply`. */
export const ApplyContactsPlanRoute = (): MethodDecorator =>
  RestOperation("applyContactsPlan", {
    summary: "Apply a plan",
    description: `Applies a plan if it still has the ETag in \`If-Match\`, which is required; \`*\` applies any plan. Otherwise the response is 412, and the member \`plan\` is the new plan. ${APPLYING}`,
    body: ContactsPlanInput,
    headers: ["If-Match"],
    answers: [
      {
        status: 200,
        description: "Every change was made.",
        bodies: [COMPLETE],
      },
      PARTIAL,
    ],
    needsSeveralCalls: true,
    fieldNames: FIELD_NAMES,
    example: { body: EXAMPLE_INPUT, headers: { "If-Match": "*" } },
  });

/** Declares `GET /v1/export`. */
export const ExportContactsRoute = (): MethodDecorator =>
  RestOperation("exportContacts", {
    summary: "Export contacts",
    description:
      "All contacts as a file. Imported again, it changes nothing. In CSV, account IDs and formulas begin with an apostrophe, so that spreadsheet programs keep them as text. Costs one upstream call per 100 contacts.",
    query: shapes.ExportQuery,
    headers: CONDITIONAL,
    answers: [
      {
        status: 200,
        description: "The contacts.",
        bodies: [{ shape: shapes.ContactsExport, example: EXAMPLE_INPUT }],
        texts: {
          [MEDIA_TYPES.csv]: EXAMPLE_CSV,
          "application/yaml": EXAMPLE_YAML,
        },
        headers: ["ETag", "Age"],
      },
      NOT_MODIFIED,
    ],
    errors: [],
    needsSeveralCalls: true,
    // The only field that can be invalid, besides `personal`.
    fieldNames: { name: "format" },
    example: { query: { format: "json" } },
  });

/** Declares `POST /v1/import`. */
export const ImportContactsRoute = (): MethodDecorator =>
  RestOperation("applyContactsPlan", {
    summary: "Import contacts",
    description: `Makes the directory match a file. ${READING} ${APPLYING}`,
    query: shapes.ImportQuery,
    body: ContactsPlanInput,
    ...FILE,
    answers: [
      {
        status: 200,
        description:
          "Every change was made; with `dryRun`, the plan. Its `digest` is the ETag.",
        bodies: [COMPLETE, { shape: ContactsPlan, name: "dryRun" }],
        headers: ["ETag"],
      },
      PARTIAL,
    ],
    mutation: "applyContactsPlan",
    needsSeveralCalls: true,
    fieldNames: FIELD_NAMES,
    example: { query: { dryRun: true }, body: EXAMPLE_INPUT },
  });
