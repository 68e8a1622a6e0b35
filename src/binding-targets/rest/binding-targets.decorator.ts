import { ErrorCode } from "../../errors/error-codes.js";
import {
  CONDITIONAL,
  NOT_MODIFIED,
} from "../../message-contacts/rest/conditional-read.js";
import { RestOperation } from "../../message-contacts/rest/rest-operation.decorator.js";
import { BindingTargetPage } from "../shapes/binding-target.js";
import { BindingTargetsQuery } from "../shapes/binding-targets-args.js";

/** Declares `GET /v1/binding-targets`. */
export const BindingTargets = (): MethodDecorator =>
  RestOperation("bindingTargets", {
    summary: "List targets by name",
    description:
      "The targets that contacts can be bound to: the directory, its folders and its member accounts, with their names. Costs one upstream call per 100 accounts and one more; folders cost one further call per folder of the directory. All are cached for 60 seconds.",
    query: BindingTargetsQuery,
    headers: CONDITIONAL,
    answers: [
      {
        status: 200,
        description: "One page of targets.",
        bodies: [{ shape: BindingTargetPage }],
        headers: ["Link", "ETag", "Age"],
      },
      NOT_MODIFIED,
    ],
    errors: [ErrorCode.BINDING_TARGET_NOT_FOUND],
    needsSeveralCalls: true,
    fieldNames: { targetIds: "under" },
    example: { query: { search: "shop", kind: "MEMBER_ACCOUNT" } },
  });
