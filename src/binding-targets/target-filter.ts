import type {
  DirectoryAccount,
  DirectoryTree,
} from "../directory/directory-tree.js";
import { BindingTargetKind } from "../message-contacts/shapes/enums.js";
import type { BindingTargetsArgs } from "./shapes/binding-targets-args.js";

type Conditions = Pick<BindingTargetsArgs, "search" | "kind" | "under" | "tag">;

/** Ids of the targets that match: the directory, then folders, then accounts. */
export function targetIdsFor(
  tree: DirectoryTree,
  { search, kind, under, tag }: Conditions,
): string[] {
  const wanted = search?.toLowerCase();
  const isFound = (id: string): boolean =>
    wanted === undefined ||
    id.toLowerCase().includes(wanted) ||
    tree.nameOf(id)?.toLowerCase().includes(wanted) === true;
  const accounts = (): string[] =>
    (under === undefined ? tree.accounts : (tree.accountsUnder(under) ?? []))
      .filter((account) => tag === undefined || hasTag(account, tag))
      .map(({ id }) => id);
  const folders = (): string[] =>
    tree.folders
      .map(({ id }) => id)
      .filter(
        (id) =>
          under === undefined || tree.pathOf(id)?.includes(under) === true,
      );
  const directory =
    under === undefined || under === tree.directoryId ? [tree.directoryId] : [];
  const lists: Readonly<Record<BindingTargetKind, () => string[]>> = {
    // Only accounts have tags.
    RESOURCE_DIRECTORY: () => (tag === undefined ? directory : []),
    FOLDER: () => (tag === undefined ? folders() : []),
    MEMBER_ACCOUNT: accounts,
  };
  const kinds =
    kind === undefined
      ? [
          BindingTargetKind.RESOURCE_DIRECTORY,
          BindingTargetKind.FOLDER,
          BindingTargetKind.MEMBER_ACCOUNT,
        ]
      : [kind];
  return kinds.flatMap((one) => lists[one]()).filter(isFound);
}

/** @param condition `key`, or `key=value` */
function hasTag({ tags }: DirectoryAccount, condition: string): boolean {
  const end = condition.indexOf("=");
  const key = end < 0 ? condition : condition.slice(0, end);
  const value = end < 0 ? undefined : condition.slice(end + 1);
  return tags.some(
    (tag) => tag.key === key && (value === undefined || tag.value === value),
  );
}
