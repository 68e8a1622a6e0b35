import { Inject } from "@nestjs/common";
import {
  Args,
  Context,
  Parent,
  Query,
  ResolveField,
  Resolver,
} from "@nestjs/graphql";
import { OperationField } from "../../access/operation-field.decorator.js";
import type { RequestContext } from "../../context/request-context.js";
import { NullOnlyOnError } from "../../graphql/semantic-non-null.js";
import { CostsCalls } from "../../graphql/upstream-cost.js";
import { BindingTargetKind } from "../../message-contacts/shapes/enums.js";
import { checkInput } from "../../validation/check-input.js";
import { BindingTargetsService } from "../binding-targets.service.js";
import { BindingTarget, BindingTargetPage } from "../shapes/binding-target.js";
import { BindingTargetsArgs } from "../shapes/binding-targets-args.js";
import { ACCOUNT_READS, FOLDER_READS } from "./directory-costs.js";

/** The query for targets, and the fields of a target that need the names of folders. */
@Resolver(() => BindingTarget)
export class BindingTargetsResolver {
  constructor(
    @Inject(BindingTargetsService)
    private readonly service: BindingTargetsService,
  ) {}

  @Query(() => BindingTargetPage, {
    nullable: true,
    description:
      "The targets that contacts can be bound to: the directory, its folders and its member accounts, with their names. Costs one upstream call per 100 accounts and one more. Listing folders costs one further call per folder. All are cached for 60 seconds. Scope: `directory:read`.",
  })
  @NullOnlyOnError()
  @CostsCalls(ACCOUNT_READS)
  @OperationField("bindingTargets")
  bindingTargets(
    @Args() args: BindingTargetsArgs,
    @Context() context: RequestContext,
  ): Promise<BindingTargetPage> {
    return this.service.bindingTargets(
      checkInput(BindingTargetsArgs, args),
      context,
      false,
    );
  }

  @ResolveField(() => String, {
    nullable: true,
    description:
      "Display name of an account, or name of a folder; null when there is none. The vendor gives a directory no name. The names of folders cost one upstream call per folder of the directory, cached for 60 seconds.",
  })
  @CostsCalls(FOLDER_READS)
  name(
    @Parent() { id, kind, name }: BindingTarget,
    @Context() context: RequestContext,
  ): Promise<string | null> | string | null {
    return name === null && kind === BindingTargetKind.FOLDER
      ? this.service.folderName(id, context)
      : name;
  }

  @ResolveField(() => [String], {
    nullable: true,
    description:
      "Names from the root folder to the target, both included; an ID in place of an unknown name. Empty for the directory. Costs one upstream call per folder of the directory, cached for 60 seconds. If the calls fail, the field is null and an error names its path.",
  })
  @NullOnlyOnError()
  @CostsCalls(FOLDER_READS)
  path(
    @Parent() { id }: BindingTarget,
    @Context() context: RequestContext,
  ): Promise<string[]> {
    return this.service.path(id, context);
  }
}
