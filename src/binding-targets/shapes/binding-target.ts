import { ID, Int, ObjectType } from "@nestjs/graphql";
import { PageOf } from "../../message-contacts/page.js";
import { BindingTargetKind } from "../../message-contacts/shapes/enums.js";
import { ShapeField } from "../../message-contacts/shapes/shape-field.js";

/** A tag of a member account. */
@ObjectType({ description: "A tag of a member account." })
export class TargetTag {
  @ShapeField(() => String, { description: "Key.", example: "stage" })
  key!: string;

  @ShapeField(() => String, {
    description: "Value; may be empty.",
    example: "production",
  })
  value!: string;
}

/** A target that contacts can be bound to. */
@ObjectType({
  description:
    "A target that contacts can be bound to: the directory, a folder or a member account. A binding to the directory or to a folder reaches all accounts below. Scope: `directory:read`.",
})
export class BindingTarget {
  @ShapeField(() => ID, {
    description:
      "ID of the target: `rd-…`, `r-…`, `fd-…` or a member account ID.",
    example: "1997968394350002",
  })
  id!: string;

  @ShapeField(() => BindingTargetKind, {
    description: "Kind of the target.",
    example: BindingTargetKind.MEMBER_ACCOUNT,
  })
  kind!: BindingTargetKind;

  @ShapeField(() => String, {
    nullable: true,
    description:
      "Display name of an account, or name of a folder; null when there is none. The vendor gives a directory no name.",
    example: "shop",
  })
  name!: string | null;

  @ShapeField(() => String, {
    list: true,
    nullable: true,
    description:
      "Names from the root folder to the target, both included; an ID in place of an unknown name. Empty for the directory.",
    example: ["Root", "production", "shop"],
  })
  path!: string[] | null;

  @ShapeField(() => String, {
    nullable: true,
    description:
      "How the account joined the directory, as the vendor spells it, such as `CreateSuccess`; null for the directory and folders.",
    example: "CreateSuccess",
  })
  status!: string | null;

  @ShapeField(() => TargetTag, {
    list: true,
    description: "Tags of an account; empty for the directory and folders.",
  })
  tags!: TargetTag[];

  @ShapeField(() => Int, {
    description: "Number of accounts that a binding to this target reaches.",
    example: 1,
    openapi: { minimum: 0 },
  })
  accountCount!: number;
}

/** One page of targets. */
@ObjectType({
  description:
    "One page of targets: the directory, its folders, then its accounts. Scope: `directory:read`.",
})
export class BindingTargetPage extends PageOf(BindingTarget, {
  items: "Targets on this page.",
}) {}
