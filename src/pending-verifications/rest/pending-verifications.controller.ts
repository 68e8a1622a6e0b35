import {
  Body,
  Controller,
  Get,
  HttpCode,
  Inject,
  Post,
  Query,
  Res,
} from "@nestjs/common";
import type { FastifyReply } from "fastify";
import { Config } from "../../config/config.js";
import type { RequestContext } from "../../context/request-context.js";
import { CallContext } from "../../http/call-context.decorator.js";
import {
  resultOf,
  withCompletion,
} from "../../message-contacts/rest/item-results.js";
import { itemsOf } from "../../message-contacts/rest/list-body.js";
import {
  fromQuery,
  type RawQuery,
} from "../../message-contacts/rest/rest-input.js";
import { checkItems } from "../check-items.js";
import { PendingVerificationsService } from "../pending-verifications.service.js";
import { SendVerifications } from "../send-verifications.js";
import { PendingVerificationsArgs } from "../shapes/inputs.js";
import type { PendingVerificationReport } from "../shapes/pending-verification-report.js";
import type { SentVerificationResults } from "../shapes/rest-bodies.js";
import * as routes from "./pending-verifications.decorators.js";

/** Pending verifications of the whole directory over REST. */
@Controller("/v1/pending-verifications")
export class PendingVerificationsController {
  constructor(
    @Inject(PendingVerificationsService)
    private readonly service: PendingVerificationsService,
    @Inject(SendVerifications) private readonly messages: SendVerifications,
    @Inject(Config) private readonly config: Config,
  ) {}

  @Get()
  @routes.PendingVerifications()
  pendingVerifications(
    @Query() query: RawQuery,
    @CallContext() context: RequestContext,
  ): Promise<PendingVerificationReport> {
    return this.service.pendingVerifications(
      fromQuery(PendingVerificationsArgs, query),
      context,
    );
  }

  @Post("send")
  @HttpCode(200)
  @routes.SendVerifications()
  async sendVerifications(
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CallContext() context: RequestContext,
  ): Promise<SentVerificationResults> {
    const items = checkItems(itemsOf(body, "items"), context, this.config);
    const sent = await this.messages.send(items, context);
    const results = sent.map(({ outcome, ...item }) => ({
      ...item,
      ...resultOf(outcome, context),
    }));
    return withCompletion(reply, { results });
  }
}
