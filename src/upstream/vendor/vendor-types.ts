import type { Operation } from "../operations.js";

/** A contact as the vendor writes it (`api/operations.json`, documented). */
export interface VendorContact {
  ContactId: string;
  Name?: string;
  EmailAddress?: string;
  PhoneNumber?: string;
  Title?: string;
  MessageTypes?: string[];
  Members?: string[];
  Status?: string;
  /** Dates are text, as far as documented; their type is not checked. */
  CreateDate?: unknown;
  AssociatedDate?: unknown;
}

/** One binding made or undone. */
export interface VendorBindingChange {
  ContactId: string;
  MemberId: string;
  ModifyDate?: unknown;
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
}

interface Answers {
  addMessageContact: { Contact: { ContactId: string; CreateDate?: unknown } };
  getMessageContact: { Contact: VendorContact };
  listMessageContacts: {
    TotalCount: number;
    PageNumber?: number;
    PageSize?: number;
    /** The vendor may leave an empty list out. */
    Contacts?: VendorContact[];
  };
  updateMessageContact: object;
  cancelMessageContactUpdate: object;
  deleteMessageContact: { Status: string };
  getMessageContactDeletionStatus: {
    ContactDeletionStatus: {
      /** Absent where no deletion is on record. */
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
}

/** A success of an operation; every answer names its request. */
export type VendorAnswer<O extends Operation> = Answers[O] & {
  RequestId: string;
};
