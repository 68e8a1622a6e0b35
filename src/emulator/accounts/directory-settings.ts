import { choice, count, flag, text, texts } from "../setting-types.js";

/** Behaviour of the directory reads that the vendor does not document. */
export const DIRECTORY_SETTINGS = {
  memberListCode: choice(
    [
      "EntityNotExists.ResourceDirectory",
      "NoPermission",
      "MemberAccountAccessDenied",
    ],
    "Error code when an ordinary member calls ListAccounts, ListFoldersForParent or GetFolder. Open: the first is the only code that is listed.",
  ),
  delegatedAdministrators: texts(
    [],
    "Ids of accounts that may call the directory reads like the management account. Documented for ListAccounts, inferred for ListFoldersForParent and GetFolder.",
  ),
  memberDirectoryFields: choice(
    ["all", "ids"],
    "Open: whether GetResourceDirectory returns every property to a member, or only the three ids.",
  ),
  managementAccountListed: flag(
    false,
    "Whether ListAccounts contains the management account. Inferred: the glossary counts it outside the directory.",
  ),
  accountOrder: choice(
    ["joinTime", "shuffled"],
    "Open: order of ListAccounts. shuffled: a fixed order without meaning.",
  ),
  directoryPageOutOfRange: choice(
    ["clamp", "invalid"],
    "Open: result of a PageNumber below 1, or of a PageSize or MaxResults outside 1-100, in a directory read. invalid: the call fails with InvalidParameter.<Name>.",
  ),
  directoryPagePastEnd: choice(
    ["empty", "absent"],
    "Open: representation of an empty list in a directory read, also past the last page. absent: the list and its wrapper are missing.",
  ),
  nextTokenWithoutMaxResults: choice(
    ["tokens", "pages"],
    "Open: effect of a NextToken without MaxResults. tokens: token paging with 10 accounts per page. pages: the token is ignored.",
  ),
  nextTokenPosition: choice(
    ["account", "offset"],
    "Open: what a NextToken refers to. offset: a number of accounts, so that an account that joins or leaves shifts the later pages.",
  ),
  nextTokenTtlMs: count(
    60 * 60_000,
    "Open: lifetime of a NextToken in milliseconds.",
  ),
  badNextToken: choice(
    ["InvalidParameter.NextToken", "restart"],
    "Open: result of an invalid or expired NextToken. restart: the first page.",
  ),
  lastNextToken: choice(
    ["absent", "empty"],
    "Open: NextToken on the last page and with page numbers. empty: an empty string.",
  ),
  tokenPagingCounts: choice(
    ["total", "all", "none"],
    "Open: which of TotalCount, PageNumber and PageSize are returned with token paging. total: only TotalCount.",
  ),
  tagFilterMatch: choice(
    ["all", "any"],
    "Open: whether an account must match all tags of the filter, or any of them.",
  ),
  tagFilterKeyAlone: choice(
    ["anyValue", "emptyValue"],
    "Open: which values a Tag filter without Value matches.",
  ),
  tagFilterMax: count(
    20,
    "Maximum number of tags in a filter; more fail with InvalidParameter.Tag. Inferred from ListTagResources.",
  ),
  queryKeywordMatch: choice(
    ["substring", "exact"],
    "Open: how QueryKeyword is compared with DisplayName and FolderName.",
  ),
  queryKeywordCaseSensitive: flag(
    false,
    "Open: whether QueryKeyword distinguishes case.",
  ),
  tagsNotRequested: choice(
    ["absent", "empty", "present"],
    "Open: representation of tags without IncludeTags. empty: an empty list. present: as with IncludeTags.",
  ),
  memberWithoutTags: choice(
    ["emptyList", "emptyObject", "absent"],
    "Open: representation of an account or folder without tags.",
  ),
  noDeletionStatus: choice(
    ["absent", "empty"],
    "Open: DeletionStatus of an account that is not being deleted. empty: an empty string.",
  ),
  getRootFolder: choice(
    ["allowed", "EntityNotExists.Folder", "InvalidParameter.FolderId"],
    "Open: result of GetFolder for the root folder.",
  ),
  rootFolderName: text(
    "root",
    "Open: FolderName of the root folder in GetFolder. The vendor shows root in a sample and Root in its console.",
  ),
  rootParentFolderId: choice(
    ["absent", "empty"],
    "Open: ParentFolderId of the root folder in GetFolder. empty: an empty string.",
  ),
  folderIdForm: choice(
    ["documented", "prefix"],
    "Which folder ids count as malformed. documented: all but r- with 6 and fd- with 10 letters or digits. Open: whether the vendor checks more than the prefix; an id of a valid form is unknown, not malformed.",
  ),
};
