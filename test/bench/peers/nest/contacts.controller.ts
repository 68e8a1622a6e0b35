import {
  Controller,
  Get,
  NotFoundException,
  Param,
  Query,
} from "@nestjs/common";
import { ContactsService } from "./contacts.service.js";
import { Contact, ContactPage, GetArgs, ListQuery } from "./contacts.shapes.js";

@Controller("v1/message-contacts")
export class ContactsController {
  constructor(private readonly contacts: ContactsService) {}

  @Get(":id")
  async get(@Param() { id }: GetArgs): Promise<Contact> {
    const contact = await this.contacts.get(id);
    if (contact === null) throw new NotFoundException();
    return contact;
  }

  @Get()
  list(@Query() { pageNumber, pageSize }: ListQuery): Promise<ContactPage> {
    return this.contacts.list(pageNumber, pageSize);
  }
}
