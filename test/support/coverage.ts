import fc from "fast-check";
import type { AccountPosition } from "../../src/coverage/bound-contacts.js";
import {
  DirectoryTree,
  type DirectoryAccount,
} from "../../src/directory/directory-tree.js";
import {
  BindingTargetKind,
  ContactStatus,
  MessageType,
} from "../../src/message-contacts/shapes/enums.js";
import type { MessageContact } from "../../src/message-contacts/shapes/message-contact.js";

/** An account in the folder that is its last ancestor. */
export function account(
  id: string,
  ancestorIds: readonly string[],
): DirectoryAccount {
  return {
    id,
    name: `account ${id}`,
    status: "CreateSuccess",
    folderId: ancestorIds.at(-1) ?? "",
    ancestorIds,
    tags: [],
  };
}

export function contact(
  id: string,
  targetIds: readonly string[],
  messageTypes: MessageType[],
  status = ContactStatus.ACTIVE,
): MessageContact {
  return {
    id,
    etag: "etag",
    name: "tom",
    emailAddress: "tom@example.com",
    phoneNumber: null,
    title: null,
    titleRaw: null,
    messageTypes,
    messageTypesRaw: messageTypes,
    status,
    statusRaw: status,
    createdAt: null,
    associatedAt: null,
    bindings: targetIds.map((targetId) => ({
      targetId,
      kind: BindingTargetKind.FOLDER,
    })),
  };
}

export const treeOf = (accounts: readonly DirectoryAccount[]): DirectoryTree =>
  new DirectoryTree({
    directoryId: "rd-1",
    rootFolderId: "r-1",
    managementAccountId: "100",
    accounts,
  });

/** Whether a contact is bound to an account, straight from the definition. */
export const isBoundTo = (
  { bindings }: MessageContact,
  { id, ancestorIds }: AccountPosition,
): boolean =>
  bindings.some(
    ({ targetId }) => targetId === id || ancestorIds.includes(targetId),
  );

const FOLDERS = ["fd-1", "fd-2", "fd-3"];
const ACCOUNTS = ["101", "102", "103", "104"];

/** Any directory with up to four accounts, three folders and five contacts. */
export const anyDirectory = fc.record({
  accounts: fc
    .subarray(ACCOUNTS)
    .chain((ids) =>
      fc.tuple(
        ...ids.map((id) =>
          fc
            .subarray(FOLDERS)
            .map((folders) => account(id, ["rd-1", "r-1", ...folders])),
        ),
      ),
    ),
  contacts: fc
    .array(
      fc.record({
        targets: fc.subarray(["rd-1", "r-1", "fd-9", ...FOLDERS, ...ACCOUNTS], {
          maxLength: 3,
        }),
        types: fc.subarray([
          MessageType.SECURITY_MESSAGE,
          MessageType.FAULT_MESSAGE,
        ]),
        status: fc.constantFrom(...Object.values(ContactStatus)),
      }),
      { maxLength: 5 },
    )
    .map((drafts) =>
      drafts.map(({ targets, types, status }, at) =>
        contact(`c-${at}`, targets, types, status),
      ),
    ),
});
