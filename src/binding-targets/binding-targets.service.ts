import { Inject, Injectable } from "@nestjs/common";
import type { RequestContext } from "../context/request-context.js";
import { unknownTarget } from "../directory/directory-errors.js";
import { DirectoryService } from "../directory/directory.service.js";
import type { DirectoryTree } from "../directory/directory-tree.js";
import { pageOf } from "../message-contacts/page.js";
import { BindingTargetKind } from "../message-contacts/shapes/enums.js";
import { namesTo, toBindingTarget } from "./binding-target.mapper.js";
import type {
  BindingTarget,
  BindingTargetPage,
} from "./shapes/binding-target.js";
import type { BindingTargetsArgs } from "./shapes/binding-targets-args.js";
import { targetIdsFor } from "./target-filter.js";

/** Names, paths and tags of what contacts can be bound to. */
@Injectable()
export class BindingTargetsService {
  constructor(
    @Inject(DirectoryService) private readonly directory: DirectoryService,
  ) {}

  /**
   * One page of the directory's targets. Reads the names of folders if folders are listed,
   * because only then every folder is known.
   *
   * @param withPath whether to fill `path`, which needs the names of folders; else it is null
   * @throws {GatewayError} BINDING_TARGET_NOT_FOUND if `under` is not in the directory
   */
  async bindingTargets(
    args: BindingTargetsArgs,
    context: RequestContext,
    withPath: boolean,
  ): Promise<BindingTargetPage> {
    const { under } = args;
    const tree = await this.directory.readTree(context, {
      folderNames: withPath || listsFolders(args),
    });
    if (under !== undefined && !tree.has(under)) {
      // A folder without accounts is unknown until the names of folders were read.
      await this.directory.accountsUnder(tree, under, context);
    }
    const page = pageOf(targetIdsFor(tree, args), args);
    return {
      ...page,
      items: page.items.map((id) => toBindingTarget(tree, id, withPath)),
    };
  }

  /** Resolves with null when the directory has no such target. `path` is null. */
  async target(
    id: string,
    context: RequestContext,
  ): Promise<BindingTarget | null> {
    const tree = await this.treeWith(id, context);
    return tree.has(id) ? toBindingTarget(tree, id, false) : null;
  }

  /** Name of a folder, which needs the names of all folders; null when it is gone. */
  async folderName(
    id: string,
    context: RequestContext,
  ): Promise<string | null> {
    const tree = await this.directory.readTree(context, { folderNames: true });
    return tree.nameOf(id) ?? null;
  }

  /**
   * Names from the root folder to a target.
   *
   * @throws {GatewayError} BINDING_TARGET_NOT_FOUND if it has left the directory meanwhile
   */
  async path(id: string, context: RequestContext): Promise<string[]> {
    const tree = await this.directory.readTree(context, { folderNames: true });
    if (!tree.has(id)) throw unknownTarget(id, "targetId");
    return namesTo(tree, id);
  }

  /** Reads the names of folders only for a folder that contains no account. */
  private async treeWith(
    id: string,
    context: RequestContext,
  ): Promise<DirectoryTree> {
    const tree = await this.directory.readTree(context);
    return tree.has(id) || !id.startsWith("fd-")
      ? tree
      : this.directory.readTree(context, { folderNames: true });
  }
}

function listsFolders({ kind, tag }: BindingTargetsArgs): boolean {
  // Only accounts have tags.
  return (
    tag === undefined &&
    (kind === undefined || kind === BindingTargetKind.FOLDER)
  );
}
