import { registerEnumType } from "@nestjs/graphql";

export enum ContactTitle {
  FINANCE_DIRECTOR = "FINANCE_DIRECTOR",
  TECHNICAL_DIRECTOR = "TECHNICAL_DIRECTOR",
  MAINTENANCE_DIRECTOR = "MAINTENANCE_DIRECTOR",
  CEO = "CEO",
  PROJECT_DIRECTOR = "PROJECT_DIRECTOR",
  OTHER = "OTHER",
}

export enum MessageType {
  SERVICE_MESSAGE = "SERVICE_MESSAGE",
  FAULT_MESSAGE = "FAULT_MESSAGE",
  ACCOUNT_EXPENSES = "ACCOUNT_EXPENSES",
  SECURITY_MESSAGE = "SECURITY_MESSAGE",
  ACTIVITY_MESSAGE = "ACTIVITY_MESSAGE",
  PRODUCT_MESSAGE = "PRODUCT_MESSAGE",
}

export enum ContactStatus {
  VERIFYING = "VERIFYING",
  ACTIVE = "ACTIVE",
  DELETING = "DELETING",
}

export enum BindingTargetKind {
  RESOURCE_DIRECTORY = "RESOURCE_DIRECTORY",
  FOLDER = "FOLDER",
  MEMBER_ACCOUNT = "MEMBER_ACCOUNT",
}

export enum VerificationChannel {
  EMAIL = "EMAIL",
  PHONE = "PHONE",
}

export enum DeletionState {
  IN_PROGRESS = "IN_PROGRESS",
  FAILED = "FAILED",
}

registerEnumType(ContactTitle, { name: "ContactTitle" });
registerEnumType(MessageType, { name: "MessageType" });
registerEnumType(ContactStatus, { name: "ContactStatus" });
registerEnumType(BindingTargetKind, { name: "BindingTargetKind" });
registerEnumType(VerificationChannel, { name: "VerificationChannel" });
registerEnumType(DeletionState, { name: "DeletionState" });
