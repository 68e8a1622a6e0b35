import { Inject, Injectable } from "@nestjs/common";
import { Config } from "../config/config.js";
import type { RequestContext } from "../context/request-context.js";
import { DirectoryService } from "../directory/directory.service.js";
import type { DirectoryTree } from "../directory/directory-tree.js";
import { ErrorCode } from "../errors/error-codes.js";
import { GatewayError } from "../errors/gateway-error.js";
import { requireCalls } from "../graphql/upstream-cost.js";
import { AllContacts } from "../message-contacts/all-contacts.js";
import { MessageContactsService } from "../message-contacts/message-contacts.service.js";
import type { MessageContact } from "../message-contacts/shapes/message-contact.js";
import { readPendingPages } from "../message-contacts/verifications/pending-pages.js";
import type { ContactsPlan } from "./planner/contacts-plan.js";
import type { DesiredContacts } from "./planner/desired-contact.js";
import { addressChanges, planContacts } from "./planner/plan-contacts.js";
import { isTargetId, TargetLookup } from "./planner/target-lookup.js";

/** Codes for an id that no folder has, or that the vendor does not accept as one. */
const NO_FOLDER: ReadonlySet<ErrorCode> = new Set([
  ErrorCode.BINDING_TARGET_NOT_FOUND,
  ErrorCode.INVALID_INPUT,
]);

/** Plans the changes that make a directory match an input. Changes nothing. */
@Injectable()
export class ContactsPlanService {
  constructor(
    @Inject(AllContacts) private readonly allContacts: AllContacts,
    @Inject(MessageContactsService)
    private readonly contacts: MessageContactsService,
    @Inject(DirectoryService) private readonly directory: DirectoryService,
    @Inject(Config) private readonly config: Config,
  ) {}

  /**
   * Resolves with the plan, unmasked. The caller must have `contacts:read-personal`.
   *
   * Costs one call per 100 contacts, and one for each contact whose address or number
   * differs from the input. Accounts are read only for targets to which their contact is
   * not bound yet, folder names only for names and paths; see `DirectoryService.readTree`.
   *
   * @throws {GatewayError} REQUEST_TOO_COSTLY, or the error of a call
   */
  async plan(
    input: DesiredContacts,
    context: RequestContext,
  ): Promise<ContactsPlan> {
    // A cached read could lack a change that was made elsewhere.
    const fresh = { ...context, maxAgeMs: 0 };
    const current = await this.allContacts.read(fresh);
    const [pending, targets] = await Promise.all([
      this.readPending(addressChanges(input, current, this.config), fresh),
      this.readTargets(input, current, context),
    ]);
    return planContacts(input, {
      current,
      pending,
      targets,
      quotas: {
        contacts: this.config.CONTACT_QUOTA,
        targetsPerContact: this.config.TARGET_QUOTA,
      },
      settings: this.config,
    });
  }

  private async readPending(
    ids: readonly string[],
    context: RequestContext,
  ): Promise<ReadonlyMap<string, readonly string[]>> {
    requireCalls(ids.length, this.config);
    const pages = await readPendingPages(this.contacts, ids, context);
    return new Map(
      ids.map((id, index) => [
        id,
        pages[index]?.items.map(({ target }) => target) ?? [],
      ]),
    );
  }

  private async readTargets(
    { contacts }: DesiredContacts,
    current: readonly MessageContact[],
    context: RequestContext,
  ): Promise<TargetLookup> {
    const bound = new Set(
      current.flatMap(({ bindings }) =>
        bindings.map(({ targetId }) => targetId),
      ),
    );
    const unknown = new Set(
      contacts.flatMap(({ targets = [] }) =>
        targets.filter((target) => !bound.has(target)),
      ),
    );
    if (unknown.size === 0) return new TargetLookup(null, bound);
    const folderNames = [...unknown].some((target) => !isTargetId(target));
    const tree = await this.directory.readTree(context, { folderNames });
    const empty = [...unknown].filter(
      (target) => target.startsWith("fd-") && !tree.has(target),
    );
    if (!tree.hasFolderNames && empty.length > 0) {
      const { requestedCalls = 0 } = context.usage;
      requireCalls(requestedCalls + empty.length, this.config);
    }
    const known = await Promise.all(
      tree.hasFolderNames
        ? []
        : empty.map((folderId) => this.hasFolder(tree, folderId, context)),
    );
    return new TargetLookup(
      tree,
      new Set([...bound, ...empty.filter((_, index) => known[index])]),
    );
  }

  /** Whether a folder without accounts exists; one call. */
  private async hasFolder(
    tree: DirectoryTree,
    folderId: string,
    context: RequestContext,
  ): Promise<boolean> {
    try {
      await this.directory.accountsUnder(tree, folderId, context);
      return true;
    } catch (error) {
      if (error instanceof GatewayError && NO_FOLDER.has(error.code)) {
        return false;
      }
      throw error;
    }
  }
}
