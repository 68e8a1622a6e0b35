import { applyDecorators, Inject } from "@nestjs/common";
import { Context, Parent, ResolveField, Resolver } from "@nestjs/graphql";
import { OperationField } from "../../access/operation-field.decorator.js";
import type { RequestContext } from "../../context/request-context.js";
import { CostsCalls } from "../../graphql/upstream-cost.js";
import { DeletionFailure } from "../../message-contacts/shapes/contact-deletion.js";
import { Binding } from "../../message-contacts/shapes/message-contact.js";
import { BindingChange } from "../../message-contacts/shapes/payloads.js";
import { BindingTargetsService } from "../binding-targets.service.js";
import { BindingTarget } from "../shapes/binding-target.js";
import { ACCOUNT_READS } from "./directory-costs.js";

/** A field that resolves to a target by its id. */
const TargetField = (subject: string): MethodDecorator =>
  applyDecorators(
    OperationField("bindingTargets"),
    CostsCalls(ACCOUNT_READS),
    // Last, because Nest attaches its metadata to the current method.
    ResolveField(() => BindingTarget, {
      nullable: true,
      description: `${subject}; null when the directory no longer contains it. Costs one upstream call per 100 accounts and one more, cached for 60 seconds and shared by all fields of the request. If the calls fail, the field is null and an error names its path. Scope: \`directory:read\`.`,
    }),
  );

/** The target of a binding. */
@Resolver(() => Binding)
export class BindingResolver {
  constructor(
    @Inject(BindingTargetsService)
    private readonly service: BindingTargetsService,
  ) {}

  @TargetField("The target")
  target(
    @Parent() { targetId }: Binding,
    @Context() context: RequestContext,
  ): Promise<BindingTarget | null> {
    return this.service.target(targetId, context);
  }
}

/** The target of a binding that was created or removed. */
@Resolver(() => BindingChange)
export class BindingChangeResolver {
  constructor(
    @Inject(BindingTargetsService)
    private readonly service: BindingTargetsService,
  ) {}

  @TargetField("The target")
  target(
    @Parent() { targetId }: BindingChange,
    @Context() context: RequestContext,
  ): Promise<BindingTarget | null> {
    return this.service.target(targetId, context);
  }
}

/** The account that still needs a contact. */
@Resolver(() => DeletionFailure)
export class DeletionFailureResolver {
  constructor(
    @Inject(BindingTargetsService)
    private readonly service: BindingTargetsService,
  ) {}

  @TargetField("The member account")
  account(
    @Parent() { accountId }: DeletionFailure,
    @Context() context: RequestContext,
  ): Promise<BindingTarget | null> {
    return this.service.target(accountId, context);
  }
}
