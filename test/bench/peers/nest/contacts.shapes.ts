import {
  ArgsType,
  Field,
  ID,
  InputType,
  Int,
  ObjectType,
} from "@nestjs/graphql";
import { Type } from "class-transformer";
import {
  IsEmail,
  IsEnum,
  IsInt,
  IsOptional,
  Matches,
  Max,
  Min,
} from "class-validator";
import {
  BindingTargetKind,
  ContactStatus,
  ContactTitle,
  DeletionState,
  MessageType,
  VerificationChannel,
} from "./contacts.enums.js";

const CONTACT_ID = /^c-[A-Za-z0-9]{1,64}$/;

@ArgsType()
export class GetArgs {
  @Field(() => ID)
  @Matches(CONTACT_ID)
  id!: string;
}

@ArgsType()
export class ListArgs {
  @Field(() => Int, { defaultValue: 1 })
  @IsInt()
  @Min(1)
  pageNumber!: number;

  @Field(() => Int, { defaultValue: 10 })
  @IsInt()
  @Min(1)
  @Max(100)
  pageSize!: number;
}

export class ListQuery {
  @Type(() => Number)
  @IsInt()
  @Min(1)
  pageNumber = 1;

  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100)
  pageSize = 10;
}

@InputType()
export class UpdateMessageContactInput {
  @Field(() => ID)
  @Matches(CONTACT_ID)
  contactId!: string;

  @Field(() => String, { nullable: true })
  @IsOptional()
  @Matches(/^[A-Za-z\u4E00-\u9FA5]{2,12}$/)
  name?: string;

  @Field(() => String, { nullable: true })
  @IsOptional()
  @IsEmail()
  emailAddress?: string;

  @Field(() => String, { nullable: true })
  @IsOptional()
  @Matches(/^86-1\d{10}$/)
  phoneNumber?: string;

  @Field(() => ContactTitle, { nullable: true })
  @IsOptional()
  @IsEnum(ContactTitle)
  title?: ContactTitle;

  @Field(() => [MessageType], { nullable: true })
  @IsOptional()
  @IsEnum(MessageType, { each: true })
  messageTypes?: MessageType[];
}

@InputType()
export class SendPhoneVerificationForMessageContactInput {
  @Field(() => ID)
  @Matches(CONTACT_ID)
  contactId!: string;

  @Field(() => String)
  @Matches(/^86-1\d{10}$/)
  phoneNumber!: string;
}

@ObjectType()
export class Binding {
  @Field(() => ID)
  targetId!: string;

  @Field(() => BindingTargetKind)
  kind!: BindingTargetKind;
}

@ObjectType("MessageContact")
export class Contact {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  name!: string;

  @Field(() => String, { nullable: true })
  emailAddress?: string | undefined;

  @Field(() => String, { nullable: true })
  phoneNumber?: string | undefined;

  @Field(() => ContactTitle, { nullable: true })
  title?: ContactTitle;

  @Field(() => [MessageType])
  messageTypes!: MessageType[];

  @Field(() => ContactStatus)
  status!: ContactStatus;

  @Field(() => String)
  createdAt!: string;

  @Field(() => [Binding])
  bindings!: Binding[];
}

@ObjectType("MessageContactPage")
export class ContactPage {
  @Field(() => Int)
  totalCount!: number;

  @Field(() => Boolean)
  hasNextPage!: boolean;

  @Field(() => [Contact])
  items!: Contact[];
}

@ObjectType()
export class PendingVerification {
  @Field(() => VerificationChannel)
  channel!: VerificationChannel;

  @Field(() => String)
  target!: string;
}

@ObjectType()
export class ContactDeletion {
  @Field(() => DeletionState)
  state!: DeletionState;
}

@ObjectType()
export class UserError {
  @Field(() => String)
  code!: string;

  @Field(() => String)
  message!: string;

  @Field(() => [String], { nullable: true })
  field?: string[];
}

@ObjectType("UpdateMessageContactPayload")
export class UpdatePayload {
  @Field(() => Contact, { nullable: true })
  contact?: Contact | null;

  @Field(() => [UserError])
  errors!: UserError[];
}

@ObjectType("SendPhoneVerificationForMessageContactPayload")
export class VerificationPayload {
  @Field(() => [UserError])
  errors!: UserError[];
}
