import type { EmulatorSettings } from "../settings.js";
import type { ResponseBody } from "../wire/rpc-response.js";
import type { Directory } from "./directory.js";
import type { SeedFolder, SeedMember, SeedTag } from "./directory-seed.js";

/** When an account of a seed without a time joined. */
export const DEFAULT_TIME = "2023-01-01T00:00:00.000Z";

/** A member as ListAccounts returns it. */
export function describeMember(
  directory: Directory,
  member: SeedMember,
  hasTags: boolean,
  settings: EmulatorSettings,
): ResponseBody {
  const { accountId, name, status = "CreateSuccess" } = member;
  const { directoryId } = directory.source;
  const joinTime = member.joinTime ?? DEFAULT_TIME;
  const isInvited = status === "InviteSuccess";
  return {
    Status: status,
    Type: isInvited ? "CloudAccount" : "ResourceAccount",
    DisplayName: name,
    FolderId: directory.folderOf(member),
    ResourceDirectoryId: directoryId,
    JoinTime: joinTime,
    AccountId: accountId,
    JoinMethod: isInvited ? "invited" : "created",
    ModifyTime: joinTime,
    ResourceDirectoryPath: directory.rdPathOf(accountId),
    AccountName: `${name}@${directoryId.toLowerCase()}.aliyunid.com`,
    ...deletionStatusOf(member, settings),
    ...(hasTags || settings.tagsNotRequested === "present"
      ? describeTags(member.tags, settings)
      : settings.tagsNotRequested === "empty"
        ? { Tags: { Tag: [] } }
        : {}),
  };
}

/** The management account in the form of a member. It has no path (documented). */
export function describeManagementAccount({
  managementAccountId,
  source,
}: Directory): ResponseBody {
  return {
    Status: "CreateSuccess",
    Type: "CloudAccount",
    DisplayName: "management",
    ResourceDirectoryId: source.directoryId,
    AccountId: managementAccountId,
    AccountName: MANAGEMENT_ACCOUNT_NAME,
  };
}

export const MANAGEMENT_ACCOUNT_NAME = "aliyun-admin";

/** A folder as ListFoldersForParent returns it: without parent and path. */
export function describeListedFolder(
  { folderId, name, tags }: SeedFolder,
  settings: EmulatorSettings,
): ResponseBody {
  return {
    FolderId: folderId,
    FolderName: name,
    CreateTime: DEFAULT_TIME,
    ...describeTags(tags, settings),
  };
}

function describeTags(
  tags: readonly SeedTag[] = [],
  settings: EmulatorSettings,
): ResponseBody {
  if (tags.length > 0 || settings.memberWithoutTags === "emptyList") {
    const list = tags.map(({ key, value }) => ({ Key: key, Value: value }));
    return { Tags: { Tag: list } };
  }
  return settings.memberWithoutTags === "emptyObject" ? { Tags: {} } : {};
}

function deletionStatusOf(
  { deletionStatus }: SeedMember,
  settings: EmulatorSettings,
): ResponseBody {
  if (deletionStatus !== undefined) return { DeletionStatus: deletionStatus };
  return settings.noDeletionStatus === "empty" ? { DeletionStatus: "" } : {};
}

/** A list inside a wrapper, such as `Accounts.Account` (documented). */
export function describeList(
  wrapper: string,
  name: string,
  items: readonly unknown[],
  settings: EmulatorSettings,
): ResponseBody {
  return items.length === 0 && settings.directoryPagePastEnd === "absent"
    ? {}
    : { [wrapper]: { [name]: items } };
}
