import RpcClient from "@alicloud/pop-core";
import { Injectable } from "@nestjs/common";
import type {
  Contact,
  ContactDeletion,
  ContactPage,
  PendingVerification,
  SendPhoneVerificationForMessageContactInput,
  UpdateMessageContactInput,
  UpdatePayload,
  VerificationPayload,
} from "./contacts.shapes.js";
import {
  BindingTargetKind,
  ContactStatus,
  ContactTitle,
  DeletionState,
  MessageType,
  VerificationChannel,
} from "./contacts.enums.js";

interface VendorContact {
  ContactId: string;
  Name: string;
  EmailAddress?: string;
  PhoneNumber?: string;
  Title: string;
  MessageTypes: string[];
  Status: string;
  CreateDate: string;
  Members: string[];
}

const toWord = (text: string): string =>
  text.replace(/([a-z])([A-Z])/g, "$1_$2").toUpperCase();

const toVendorWord = (word: string): string =>
  word === "CEO"
    ? word
    : word
        .split("_")
        .map((part) => part.charAt(0) + part.slice(1).toLowerCase())
        .join("");

@Injectable()
export class ContactsService {
  private readonly client = new RpcClient({
    endpoint: process.env["UPSTREAM_ENDPOINT"] ?? "",
    apiVersion: "2022-04-19",
    accessKeyId: process.env["ALIBABA_CLOUD_ACCESS_KEY_ID"] ?? "",
    accessKeySecret: process.env["ALIBABA_CLOUD_ACCESS_KEY_SECRET"] ?? "",
  });

  async get(id: string): Promise<Contact | null> {
    try {
      const { Contact: contact } = await this.call<{ Contact: VendorContact }>(
        "GetMessageContact",
        { ContactId: id },
      );
      return toContact(contact);
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === "EntityNotExists.Contact") return null;
      throw error;
    }
  }

  async list(pageNumber: number, pageSize: number): Promise<ContactPage> {
    const answer = await this.call<{
      TotalCount: number;
      Contacts: VendorContact[];
    }>("ListMessageContacts", { PageNumber: pageNumber, PageSize: pageSize });
    return {
      totalCount: answer.TotalCount,
      hasNextPage: pageNumber * pageSize < answer.TotalCount,
      items: answer.Contacts.map(toContact),
    };
  }

  async update(input: UpdateMessageContactInput): Promise<UpdatePayload> {
    try {
      await this.call("UpdateMessageContact", {
        ContactId: input.contactId,
        Name: input.name,
        EmailAddress: input.emailAddress,
        PhoneNumber: input.phoneNumber,
        Title: input.title && toVendorWord(input.title),
        MessageTypes: input.messageTypes?.map(toVendorWord),
      });
    } catch (error) {
      const { code } = error as { code?: string };
      if (code !== "EntityNotExists.Contact") throw error;
      return { contact: null, errors: [NOT_FOUND] };
    }
    return { contact: { id: input.contactId } as Contact, errors: [] };
  }

  async sendPhoneVerification({
    contactId,
    phoneNumber,
  }: SendPhoneVerificationForMessageContactInput): Promise<VerificationPayload> {
    await this.call("SendPhoneVerificationForMessageContact", {
      ContactId: contactId,
      PhoneNumber: phoneNumber,
    });
    return { errors: [] };
  }

  async pendingVerifications(id: string): Promise<PendingVerification[]> {
    const { ContactVerifications: pending } = await this.call<{
      ContactVerifications: { Target: string }[];
    }>("ListMessageContactVerifications", {
      ContactId: id,
      PageNumber: 1,
      PageSize: 100,
    });
    return pending.map(({ Target: target }) => ({
      channel: target.includes("@")
        ? VerificationChannel.EMAIL
        : VerificationChannel.PHONE,
      target,
    }));
  }

  async deletion(id: string): Promise<ContactDeletion> {
    const { ContactDeletionStatus: deletion } = await this.call<{
      ContactDeletionStatus: { Status: string };
    }>("GetMessageContactDeletionStatus", { ContactId: id });
    return {
      state:
        deletion.Status === "Failed"
          ? DeletionState.FAILED
          : DeletionState.IN_PROGRESS,
    };
  }

  private call<T>(action: string, params: object): Promise<T> {
    const given = Object.entries(params).filter(
      ([, value]) => value !== undefined,
    );
    return this.client.request<T>(action, Object.fromEntries(given), {
      method: "POST",
    });
  }
}

const NOT_FOUND = {
  code: "CONTACT_NOT_FOUND",
  message:
    "The contact does not exist in this resource directory. List the contacts to get a valid id. The contact may have been deleted.",
  field: ["contactId"],
};

function toContact(contact: VendorContact): Contact {
  return {
    id: contact.ContactId,
    name: contact.Name,
    emailAddress: contact.EmailAddress,
    phoneNumber: contact.PhoneNumber,
    title: toWord(contact.Title) as ContactTitle,
    messageTypes: contact.MessageTypes.map(toWord) as MessageType[],
    status: toWord(contact.Status) as ContactStatus,
    createdAt: contact.CreateDate.replace(" ", "T"),
    bindings: contact.Members.map((targetId) => ({
      targetId,
      kind: targetId.startsWith("rd-")
        ? BindingTargetKind.RESOURCE_DIRECTORY
        : /^f?[dr]-/.test(targetId)
          ? BindingTargetKind.FOLDER
          : BindingTargetKind.MEMBER_ACCOUNT,
    })),
  };
}
