import type { Operation } from "../operations.js";

/**
 * A contact in the vendor's spelling, as its API reference documents it
 * (ResourceDirectoryMaster 2022-04-19, GetMessageContact).
 */
export interface VendorContact {
  ContactId: string;
  Name?: string;
  EmailAddress?: string;
  PhoneNumber?: string;
  Title?: string;
  MessageTypes?: string[];
  Members?: string[];
  Status?: string;
  /** Documented as text; the type is not checked. */
  CreateDate?: unknown;
  AssociatedDate?: unknown;
}

/** One binding that was added or removed. */
export interface VendorBindingChange {
  ContactId: string;
  MemberId: string;
  ModifyDate?: unknown;
}

/** A member account, as ListAccounts returns it. Times and personal data are not used. */
export interface VendorAccount {
  AccountId: string;
  DisplayName?: string;
  FolderId?: string;
  /** `rd-…/r-…[/fd-…]…/<account id>`; the management account has none (documented). */
  ResourceDirectoryPath?: string | null;
  Status?: string;
  /** Only with IncludeTags; the form without tags is not documented. */
  Tags?: { Tag?: { Key: string; Value?: string }[] };
}

/** A folder, as ListFoldersForParent returns it. */
export interface VendorFolder {
  FolderId: string;
  FolderName?: string;
}

/** Parameters of each operation, in the vendor's spelling. */
export interface VendorParams {
  addMessageContact: {
    Name: string;
    EmailAddress: string;
    PhoneNumber?: string;
    Title: string;
    MessageTypes: string[];
  };
  getMessageContact: { ContactId: string };
  listMessageContacts: {
    ContactId?: string;
    Member?: string;
    PageNumber: number;
    PageSize: number;
  };
  updateMessageContact: {
    ContactId: string;
    Name?: string;
    EmailAddress?: string;
    PhoneNumber?: string;
    Title?: string;
    MessageTypes?: string[];
  };
  cancelMessageContactUpdate: {
    ContactId: string;
    EmailAddress?: string;
    PhoneNumber?: string;
  };
  deleteMessageContact: { ContactId: string; RetainContactInMembers: boolean };
  getMessageContactDeletionStatus: { ContactId: string };
  sendEmailVerificationForMessageContact: {
    ContactId: string;
    EmailAddress: string;
  };
  sendPhoneVerificationForMessageContact: {
    ContactId: string;
    PhoneNumber: string;
  };
  listMessageContactVerifications: {
    ContactId: string;
    PageNumber: number;
    PageSize: number;
  };
  associateMembers: { ContactId: string; Members: string[] };
  disassociateMembers: { ContactId: string; Members: string[] };
  getResourceDirectory: Record<string, never>;
  /** Token paging: the vendor prefers it over page numbers when MaxResults is set. */
  listAccounts: {
    MaxResults: number;
    NextToken?: string;
    IncludeTags: boolean;
  };
  listFoldersForParent: {
    ParentFolderId: string;
    PageNumber: number;
    PageSize: number;
  };
  getFolder: { FolderId: string };
}

interface Answers {
  addMessageContact: { Contact: { ContactId: string; CreateDate?: unknown } };
  getMessageContact: { Contact: VendorContact };
  listMessageContacts: {
    TotalCount: number;
    PageNumber?: number;
    PageSize?: number;
    /** The vendor may omit an empty list. */
    Contacts?: VendorContact[];
  };
  updateMessageContact: object;
  cancelMessageContactUpdate: object;
  deleteMessageContact: { Status: string };
  getMessageContactDeletionStatus: {
    ContactDeletionStatus: {
      /** Absent if there is no record of a deletion. */
      Status?: string | null;
      ContactId?: string;
      FailReasonList?: { AccountId: string; MessageTypes?: string[] }[];
    };
  };
  sendEmailVerificationForMessageContact: object;
  sendPhoneVerificationForMessageContact: object;
  listMessageContactVerifications: {
    TotalCount: number;
    PageNumber?: number;
    PageSize?: number;
    ContactVerifications?: { ContactId: string; Target: string }[];
  };
  associateMembers: { Members: VendorBindingChange[] };
  disassociateMembers: { Members: VendorBindingChange[] };
  getResourceDirectory: {
    ResourceDirectory: {
      ResourceDirectoryId: string;
      RootFolderId: string;
      MasterAccountId: string;
    };
  };
  listAccounts: {
    /** Documented; whether it is sent with token paging is not. */
    TotalCount?: number;
    /** Absent or empty on the last page. */
    NextToken?: string | null;
    Accounts?: { Account?: VendorAccount[] };
  };
  listFoldersForParent: {
    TotalCount: number;
    PageNumber?: number;
    PageSize?: number;
    Folders?: { Folder?: VendorFolder[] };
  };
  getFolder: {
    Folder: {
      FolderId: string;
      FolderName?: string;
      ParentFolderId?: string;
      /** `rd-…/r-…[/fd-…]…` */
      ResourceDirectoryPath?: string;
    };
  };
}

/** Success response of an operation. */
export type VendorAnswer<O extends Operation> = Answers[O] & {
  RequestId: string;
};
