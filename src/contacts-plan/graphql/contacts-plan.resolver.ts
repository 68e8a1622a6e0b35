import { Inject } from "@nestjs/common";
import { Args, Context, Query, Resolver } from "@nestjs/graphql";
import { OperationField } from "../../access/operation-field.decorator.js";
import { Config } from "../../config/config.js";
import type { RequestContext } from "../../context/request-context.js";
import { ErrorCode as E } from "../../errors/error-codes.js";
import { NullOnlyOnError } from "../../graphql/semantic-non-null.js";
import { CostsCalls } from "../../graphql/upstream-cost.js";
import { ContactMutation } from "../../message-contacts/graphql/contact-mutation.decorator.js";
import { ContactLoaders } from "../../message-contacts/graphql/contact.loaders.js";
import { resultOf } from "../../message-contacts/graphql/item-results.js";
import { toUserErrors } from "../../message-contacts/graphql/user-errors.mapper.js";
import { ItemStatus } from "../../message-contacts/shapes/enums.js";
import { PlanApplication } from "../apply/plan-application.js";
import { checkPlanInput } from "../check-plan-input.js";
import { ContactsPlanService } from "../contacts-plan.service.js";
import { ApplyContactsPlanPayload } from "../shapes/apply-payload.js";
import { ContactsPlan } from "../shapes/contacts-plan.js";
import { ContactsPlanInput } from "../shapes/inputs.js";
import { toPlanShape } from "../to-plan-shape.js";

/**
 * Calls of a plan for up to 100 contacts in a directory of up to 100 accounts, without
 * the names of folders: the contacts, the directory, its accounts. Reading more is
 * checked against the limit of calls when the size is known.
 */
const PLAN_CALLS = 3;

/** GraphQL query and mutation for contacts as code. */
@Resolver()
export class ContactsPlanResolver {
  constructor(
    @Inject(ContactsPlanService) private readonly plans: ContactsPlanService,
    @Inject(PlanApplication) private readonly application: PlanApplication,
    @Inject(ContactLoaders) private readonly loaders: ContactLoaders,
    @Inject(Config) readonly config: Config,
  ) {}

  @Query(() => ContactsPlan, {
    nullable: true,
    description:
      "The changes that would make the directory match the input. This query changes nothing. An address or number of the input that is already pending verification is not a change. Costs one upstream call per 100 contacts, one for each contact whose address or number differs, and for new targets one per 100 accounts and one more; for names or paths of targets also one per folder. Scopes: `contacts:read`, `contacts:read-personal`, `directory:read`.",
  })
  @NullOnlyOnError()
  @CostsCalls({ calls: PLAN_CALLS })
  @OperationField("contactsPlan")
  async contactsPlan(
    @Args("input", {
      description: "The contacts that the directory should have.",
    })
    input: ContactsPlanInput,
    @Context() context: RequestContext,
  ): Promise<ContactsPlan> {
    const plan = await this.plans.plan(
      checkPlanInput(input, this.config),
      context,
    );
    return toPlanShape(plan, context.language);
  }

  @ContactMutation({
    description:
      "Applies a plan if it still has this digest: one change after the other, deletions last, up to the first failure. Sends no verification message. A plan with a problem, such as an exceeded quota, is rejected before its first change. After an interruption, repeat the request with the same `Idempotency-Key`: it continues where it stopped. Without the key, make a new plan, which contains what is left. With `prune`, the scope `contacts:delete` is required as well.",
    input: {
      check: (input, _context, settings) => checkPlanInput(input, settings),
    },
    upstream: { calls: PLAN_CALLS },
    payload: () => ApplyContactsPlanPayload,
    errors: [
      E.INVALID_INPUT,
      E.CHANGED_MEANWHILE,
      E.QUOTA_EXCEEDED,
      E.NAME_TAKEN,
      E.CONTACT_NOT_FOUND,
      E.BINDING_TARGET_NOT_FOUND,
      E.STATUS_CONFLICT,
      E.CONCURRENT_CHANGE,
    ],
  })
  async applyContactsPlan(
    @Args("input") input: ContactsPlanInput,
    context: RequestContext,
    @Args("digest", {
      type: () => String,
      description: "`digest` of the plan to apply.",
    })
    digest: string,
  ): Promise<ApplyContactsPlanPayload> {
    const applied = await this.application.apply(input, digest, context);
    const { language } = context;
    if (applied.kind === "rejected") {
      context.usage.failureCode ??= applied.error.code;
      return {
        isComplete: false,
        results: [],
        plan: toPlanShape(applied.plan, language),
        errors: toUserErrors(applied.error, language) ?? [],
      };
    }
    this.loaders.clear(context);
    const results = applied.steps.map(({ targetIds, outcome, ...step }) => ({
      ...step,
      targetIds: [...targetIds],
      ...resultOf(outcome, context),
    }));
    return {
      isComplete: results.every(({ status }) => status === ItemStatus.DONE),
      results,
      plan: null,
      errors: results.flatMap(({ errors }) => errors),
    };
  }
}
