import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  Inject,
  Param,
  Patch,
  Post,
  Query,
  Res,
} from "@nestjs/common";
import type { FastifyReply } from "fastify";
import { Config } from "../../config/config.js";
import type { RequestContext } from "../../context/request-context.js";
import { ErrorCode } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";
import { CallContext } from "../../http/call-context.decorator.js";
import { checkInput } from "../../validation/check-input.js";
import { ContactSearch } from "../search/contact-search.js";
import { MessageContactsService } from "../message-contacts.service.js";
import * as reads from "./reads.decorators.js";
import * as writes from "./writes.decorators.js";
import {
  fromPath,
  fromQuery,
  pageLinks,
  type RawQuery,
  rejectBody,
} from "./rest-input.js";
import { DeletionState } from "../shapes/enums.js";
import * as inputs from "../shapes/inputs.js";
import { MessageContactsQuery } from "../shapes/rest-queries.js";
import type { ContactDeletion } from "../shapes/contact-deletion.js";
import type {
  MessageContactPage,
  PendingVerificationPage,
} from "../shapes/message-contact.js";
import type { KnownContact } from "../shapes/payloads.js";
import type { SentVerification } from "../shapes/rest-bodies.js";

const ROOT = "/v1/message-contacts";

/** `Retry-After` of a deletion that runs in the background. */
const DELETION_RETRY_SECONDS = 2;

/** REST routes: one method per operation. */
@Controller(ROOT)
export class MessageContactsController {
  constructor(
    @Inject(MessageContactsService)
    private readonly service: MessageContactsService,
    @Inject(ContactSearch) private readonly search: ContactSearch,
    @Inject(Config) private readonly config: Config,
  ) {}

  @Post()
  @writes.AddMessageContact()
  async addMessageContact(
    @Body() body: unknown,
    @Headers("prefer") prefer: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CallContext() context: RequestContext,
  ): Promise<KnownContact> {
    const contact = await this.service.addMessageContact(
      checkInput(inputs.AddMessageContactInput, body, this.config),
      context,
    );
    void reply.header("location", `${rootFor(context)}/${contact.id}`);
    return this.applyPrefer(
      { ...contact, createdAt: contact.createdAt ?? null },
      prefer,
      reply,
      context,
    );
  }

  @Get(":id")
  @reads.GetMessageContact()
  async getMessageContact(
    @Param("id") id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CallContext() context: RequestContext,
  ): Promise<string> {
    const args = checkInput(inputs.MessageContactArgs, { id });
    const { text, etag } = requireFound(
      await this.service.getMessageContactBody(args.id, context),
      id,
    );
    void reply
      .header("content-type", "application/json; charset=utf-8")
      .header("etag", etag);
    return text;
  }

  @Get()
  @reads.ListMessageContacts()
  async listMessageContacts(
    @Query() query: RawQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CallContext() context: RequestContext,
  ): Promise<MessageContactPage> {
    const { messageTypesAny, messageTypesAll, ...others } = fromQuery(
      MessageContactsQuery,
      query,
    );
    const types = { any: messageTypesAny, all: messageTypesAll };
    const hasTypes = Object.values(types).some((list) => list !== undefined);
    const page = await this.search.listMessageContacts(
      { ...others, ...(hasTypes ? { messageTypes: types } : {}) },
      context,
    );
    void reply.header("link", pageLinks(rootFor(context), query, page));
    return page;
  }

  @Patch(":id")
  @writes.UpdateMessageContact()
  async updateMessageContact(
    @Param("id") id: string,
    @Body() body: unknown,
    @Headers("if-match") ifMatch: string | undefined,
    @Headers("prefer") prefer: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CallContext() context: RequestContext,
  ): Promise<KnownContact> {
    const contact = await this.service.updateMessageContact(
      fromPath(
        inputs.UpdateMessageContactInput,
        id,
        body,
        this.config,
        ifMatch,
      ),
      context,
    );
    return this.applyPrefer(contact, prefer, reply, context);
  }

  @Post(":id/cancel-update")
  @HttpCode(200)
  @writes.CancelMessageContactUpdate()
  async cancelMessageContactUpdate(
    @Param("id") id: string,
    @Body() body: unknown,
    @Headers("if-match") ifMatch: string | undefined,
    @Headers("prefer") prefer: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CallContext() context: RequestContext,
  ): Promise<KnownContact> {
    const contact = await this.service.cancelMessageContactUpdate(
      fromPath(
        inputs.CancelMessageContactUpdateInput,
        id,
        body,
        this.config,
        ifMatch,
      ),
      context,
    );
    return this.applyPrefer(contact, prefer, reply, context);
  }

  @Delete(":id")
  @writes.DeleteMessageContact()
  async deleteMessageContact(
    @Param("id") id: string,
    @Query() query: RawQuery,
    @Body() body: unknown,
    @Headers("if-match") ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CallContext() context: RequestContext,
  ): Promise<ContactDeletion> {
    rejectBody(body, "retainContactInMembers=false");
    const deletion = await this.service.deleteMessageContact(
      fromQuery(inputs.DeleteMessageContactInput, query, id, ifMatch),
      context,
    );
    if (deletion.state !== DeletionState.DELETED) {
      void reply
        .code(202)
        .header("location", `${rootFor(context)}/${id}/deletion`)
        .header("retry-after", String(DELETION_RETRY_SECONDS));
    }
    return deletion;
  }

  @Get(":id/deletion")
  @reads.GetMessageContactDeletionStatus()
  getMessageContactDeletionStatus(
    @Param("id") id: string,
    @CallContext() context: RequestContext,
  ): Promise<ContactDeletion> {
    const { contactId } = checkInput(inputs.ContactIdArgs, { contactId: id });
    return this.service.getMessageContactDeletionStatus(contactId, context);
  }

  @Get(":id/verifications")
  @reads.ListMessageContactVerifications()
  async listMessageContactVerifications(
    @Param("id") id: string,
    @Query() query: RawQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CallContext() context: RequestContext,
  ): Promise<PendingVerificationPage> {
    const page = requireFound(
      await this.service.listMessageContactVerifications(
        fromQuery(inputs.MessageContactVerificationsArgs, query, id),
        context,
      ),
      id,
    );
    void reply.header(
      "link",
      pageLinks(`${rootFor(context)}/${id}/verifications`, query, page),
    );
    return page;
  }

  @Post(":id/verifications/email")
  @HttpCode(202)
  @writes.SendEmailVerification()
  async sendEmailVerificationForMessageContact(
    @Param("id") id: string,
    @Body() body: unknown,
    @CallContext() context: RequestContext,
  ): Promise<SentVerification> {
    const sent = await this.service.sendEmailVerificationForMessageContact(
      fromPath(
        inputs.SendEmailVerificationForMessageContactInput,
        id,
        body,
        this.config,
      ),
      context,
    );
    return { contactId: id, ...sent };
  }

  @Post(":id/verifications/phone")
  @HttpCode(202)
  @writes.SendPhoneVerification()
  async sendPhoneVerificationForMessageContact(
    @Param("id") id: string,
    @Body() body: unknown,
    @CallContext() context: RequestContext,
  ): Promise<SentVerification> {
    const sent = await this.service.sendPhoneVerificationForMessageContact(
      fromPath(
        inputs.SendPhoneVerificationForMessageContactInput,
        id,
        body,
        this.config,
      ),
      context,
    );
    return { contactId: id, ...sent };
  }

  /**
   * With `Prefer: return=representation` (RFC 7240), reads the whole contact after the
   * change. When that read fails, or the caller lacks `contacts:read`, the response
   * contains only the fields that the vendor returned with the change.
   */
  private async applyPrefer(
    contact: KnownContact,
    prefer: string | undefined,
    reply: FastifyReply,
    context: RequestContext,
  ): Promise<KnownContact> {
    const isRequested = /(?:^|[,\s])return=representation(?:$|[,;\s])/.test(
      prefer ?? "",
    );
    if (!isRequested || !context.caller.scopes.has("contacts:read")) {
      return contact;
    }
    const read = await this.service
      .getMessageContact(contact.id, context)
      .catch(() => null);
    if (read === null) return contact;
    void reply.header("preference-applied", "return=representation");
    return read;
  }
}

/** The root of all routes as the client sees it. */
function rootFor({ linkBase = "" }: RequestContext): string {
  return `${linkBase}${ROOT}`;
}

function requireFound<T>(value: T | null, contactId: string): T {
  if (value !== null) return value;
  throw new GatewayError(ErrorCode.CONTACT_NOT_FOUND, {
    field: ["contactId"],
    value: contactId,
  });
}
