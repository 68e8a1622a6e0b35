import { ID, Int, ObjectType } from "@nestjs/graphql";
import { PageOf } from "../../message-contacts/page.js";
import { MessageType } from "../../message-contacts/shapes/enums.js";
import { ShapeField } from "../../message-contacts/shapes/shape-field.js";
import { GapReason } from "./enums.js";
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from "./inputs.js";

const COUNT = { minimum: 0 };

/** Numbers of the contacts of an account that have one message type. */
@ObjectType({
  description:
    "Numbers of the contacts that are bound to an account and have one message type. A bound contact may receive fewer messages, because a member account can filter them.",
})
export class MessageTypeCoverage {
  @ShapeField(() => MessageType, {
    description: "The message type.",
    example: MessageType.SECURITY_MESSAGE,
  })
  messageType!: MessageType;

  @ShapeField(() => Int, {
    description: "Number of bound contacts that are `ACTIVE`.",
    example: 0,
    openapi: COUNT,
  })
  boundActive!: number;

  @ShapeField(() => Int, {
    description: "Number of bound contacts that are `VERIFYING`.",
    example: 1,
    openapi: COUNT,
  })
  boundVerifying!: number;

  @ShapeField(() => GapReason, {
    nullable: true,
    description:
      "Why the account has too few contacts; null when it has enough.",
    example: GapReason.ONLY_UNVERIFIED,
  })
  gap!: GapReason | null;
}

/** One member account. */
@ObjectType({
  description: "A member account and its bound contacts, by message type.",
})
export class AccountCoverage {
  @ShapeField(() => ID, {
    description: "ID of the member account.",
    example: "1997968394350002",
  })
  accountId!: string;

  @ShapeField(() => String, {
    description: "Display name of the account; empty when it has none.",
    example: "shop",
  })
  accountName!: string;

  @ShapeField(() => ID, {
    description: "Folder that contains the account: `fd-…`, or `r-…`.",
    example: "fd-ZDNPiT7a4K",
  })
  folderId!: string;

  @ShapeField(() => Boolean, {
    description: "Whether at least one message type has a gap.",
    example: true,
  })
  hasGap!: boolean;

  @ShapeField(() => MessageTypeCoverage, {
    list: true,
    description: "One entry per message type, in the requested order.",
  })
  messageTypes!: MessageTypeCoverage[];
}

/** Numbers of accounts, for one message type. */
@ObjectType({ description: "Numbers of accounts, for one message type." })
export class MessageTypeSummary {
  @ShapeField(() => MessageType, {
    description: "The message type.",
    example: MessageType.SECURITY_MESSAGE,
  })
  messageType!: MessageType;

  @ShapeField(() => Int, {
    description: "Accounts without a gap.",
    example: 5,
    openapi: COUNT,
  })
  coveredAccounts!: number;

  @ShapeField(() => Int, {
    description: "Accounts with the gap `NOBODY`.",
    example: 0,
    openapi: COUNT,
  })
  nobodyAccounts!: number;

  @ShapeField(() => Int, {
    description: "Accounts with the gap `ONLY_UNVERIFIED`.",
    example: 1,
    openapi: COUNT,
  })
  onlyUnverifiedAccounts!: number;

  @ShapeField(() => Int, {
    description: "Accounts with the gap `TOO_FEW`.",
    example: 0,
    openapi: COUNT,
  })
  tooFewAccounts!: number;
}

/** Numbers of all accounts of a report. */
@ObjectType({
  description:
    "Numbers of all accounts of the report, including those that `onlyGaps` or the page leaves out.",
})
export class CoverageSummary {
  @ShapeField(() => Int, {
    description: "Number of accounts.",
    example: 6,
    openapi: COUNT,
  })
  accounts!: number;

  @ShapeField(() => Int, {
    description: "Number of accounts with at least one gap.",
    example: 1,
    openapi: COUNT,
  })
  accountsWithGaps!: number;

  @ShapeField(() => MessageTypeSummary, {
    list: true,
    description: "One entry per message type, in the requested order.",
  })
  messageTypes!: MessageTypeSummary[];
}

/** A folder of the directory. */
@ObjectType({ description: "A folder of the directory." })
export class CoverageFolder {
  @ShapeField(() => ID, {
    description: "ID of the folder: `fd-…`, or `r-…` for the root.",
    example: "fd-ZDNPiT7a4K",
  })
  folderId!: string;

  @ShapeField(() => String, {
    description: "Name of the folder.",
    example: "production",
  })
  name!: string;

  @ShapeField(() => ID, {
    nullable: true,
    description: "Folder that contains this one; null for the root.",
    example: "r-Zj29gL",
  })
  parentId!: string | null;
}

/** One page of accounts. */
@ObjectType({ isAbstract: true })
abstract class AccountCoveragePage extends PageOf(AccountCoverage, {
  items: "Accounts on this page, in the vendor's order.",
  maxSize: MAX_PAGE_SIZE,
  defaultSize: DEFAULT_PAGE_SIZE,
}) {}

/** Result of `coverage`. */
@ObjectType({
  description:
    "For each account and message type, the number of bound contacts, and the reason for each gap. Bound does not mean that the person receives a message: member accounts can filter messages. Scopes: `contacts:read`, `directory:read`.",
})
export class CoverageReport extends AccountCoveragePage {
  @ShapeField(() => CoverageSummary, {
    description: "Numbers of all accounts of the report.",
  })
  summary!: CoverageSummary;

  @ShapeField(() => CoverageFolder, {
    list: true,
    nullable: true,
    description:
      "All folders of the directory, each after its parent. Costs one upstream call per folder, made only when the field is selected (GraphQL) or `withFolders` is true (REST); otherwise null.",
  })
  folders!: CoverageFolder[] | null;
}

/** Result of `deletionPreview`. */
@ObjectType({
  description:
    "Accounts that would lose their last `ACTIVE` contact for a message type if the contact were deleted. Scopes: `contacts:read`, `directory:read`.",
})
export class DeletionPreview extends AccountCoveragePage {
  @ShapeField(() => ID, {
    description: "ID of the contact.",
    example: "c-qL4HqKONzOM7aB3d",
  })
  contactId!: string;

  @ShapeField(() => Int, {
    description:
      "Number of accounts that the contact is bound to, directly or through the directory or a folder.",
    example: 3,
    openapi: COUNT,
  })
  boundAccounts!: number;

  @ShapeField(() => Boolean, {
    description:
      "Whether no account would lose its last `ACTIVE` contact for a message type.",
    example: false,
  })
  isSafe!: boolean;
}
