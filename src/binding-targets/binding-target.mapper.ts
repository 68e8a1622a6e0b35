import type { DirectoryTree } from "../directory/directory-tree.js";
import { toTargetKind } from "../message-contacts/message-contacts.mapper.js";
import type { BindingTarget } from "./shapes/binding-target.js";

/** Maps a target of the tree. */
export function toBindingTarget(
  tree: DirectoryTree,
  id: string,
  withPath: boolean,
): BindingTarget {
  const account = tree.account(id);
  return {
    id,
    kind: toTargetKind(id),
    name: tree.nameOf(id) ?? null,
    path: withPath ? namesTo(tree, id) : null,
    status: account === undefined ? null : account.status,
    tags: (account?.tags ?? []).map(({ key, value }) => ({ key, value })),
    accountCount: tree.accountsUnder(id)?.length ?? 0,
  };
}

/** Names from the root folder to a target; an id in place of an unknown name. */
export function namesTo(tree: DirectoryTree, id: string): string[] {
  const [, ...below] = tree.pathOf(id) ?? [];
  return below.map((one) => tree.nameOf(one) ?? one);
}
