import {
  Body,
  Controller,
  Get,
  Headers,
  HttpCode,
  Inject,
  Param,
  Post,
  Query,
  Res,
} from "@nestjs/common";
import type { FastifyReply } from "fastify";
import type { RequestContext } from "../../context/request-context.js";
import { CSV_MEDIA_TYPE } from "../../csv/csv-writer.js";
import { ErrorCode } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";
import { CallContext } from "../../http/call-context.decorator.js";
import { withFieldNames } from "../../http/field-names.js";
import { preferredFormat } from "../../http/preferred-format.js";
import { addVary } from "../../http/ingress/vary.js";
import { withError } from "../../message-contacts/bulk/run-in-order.js";
import {
  resultOf,
  throwIfUnchanged,
  withCompletion,
} from "../../message-contacts/rest/item-results.js";
import {
  fromPath,
  fromQuery,
  pageLinks,
  type RawQuery,
} from "../../message-contacts/rest/rest-input.js";
import { checkInput } from "../../validation/check-input.js";
import { CoverageService } from "../coverage.service.js";
import { deletionOf, Replacements } from "../replacements/replacements.js";
import type { AccountRecipients } from "../shapes/account-recipients.js";
import type {
  CoverageReport,
  DeletionPreview,
} from "../shapes/coverage-report.js";
import * as inputs from "../shapes/inputs.js";
import {
  CoverageQuery,
  type ReplacementResults,
} from "../shapes/rest-shapes.js";
import { coverageCsv } from "./coverage-csv.js";
import * as routes from "./coverage.decorators.js";

/** Format of a report for each media type of `Accept`; the first is the default. */
const FORMAT_BY_TYPE = {
  "application/json": "json",
  "text/csv": "csv",
} as const;

/** REST routes for reports about accounts, and for the replacement of a contact. */
@Controller("/v1")
export class CoverageController {
  constructor(
    @Inject(CoverageService) private readonly service: CoverageService,
    @Inject(Replacements) private readonly replacements: Replacements,
  ) {}

  @Get("accounts/:id/recipients")
  @routes.Recipients()
  async recipients(
    @Param("id") accountId: string,
    @Query() query: RawQuery,
    @CallContext() context: RequestContext,
  ): Promise<AccountRecipients> {
    const args = checkInput(
      inputs.RecipientsArgs,
      { ...query, accountId },
      undefined,
      ["accountId"],
    );
    const recipients = await this.service.recipients(args, context);
    if (recipients !== null) return recipients;
    throw new GatewayError(ErrorCode.BINDING_TARGET_NOT_FOUND, {
      httpStatus: 404,
      field: ["accountId"],
      value: accountId,
    });
  }

  @Get("coverage")
  @routes.Coverage()
  async coverage(
    @Query() query: RawQuery,
    @Headers("accept") accept: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CallContext() context: RequestContext,
  ): Promise<CoverageReport | string> {
    const {
      withFolders = false,
      format,
      ...args
    } = fromQuery(CoverageQuery, query);
    if ((format ?? preferredFormat(accept, FORMAT_BY_TYPE)) === "csv") {
      const { accounts } = await this.service.wholeReport(args, context);
      void addVary(reply, "accept")
        .header("content-type", CSV_MEDIA_TYPE)
        .header("content-disposition", 'attachment; filename="coverage.csv"');
      return coverageCsv(accounts, args.onlyGaps ?? true);
    }
    const report = await this.service.coverage(args, context, { withFolders });
    void addVary(reply, "accept").header(
      "link",
      pageLinks(`${context.linkBase ?? ""}/v1/coverage`, query, report),
    );
    return report;
  }

  @Get("message-contacts/:id/deletion-preview")
  @routes.DeletionPreview()
  async deletionPreview(
    @Param("id") id: string,
    @Query() query: RawQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CallContext() context: RequestContext,
  ): Promise<DeletionPreview> {
    const preview = await this.service.deletionPreview(
      fromQuery(inputs.DeletionPreviewArgs, query, id),
      context,
    );
    if (preview === null) {
      throw new GatewayError(ErrorCode.CONTACT_NOT_FOUND, {
        field: ["contactId"],
        value: id,
      });
    }
    const path = `${context.linkBase ?? ""}/v1/message-contacts/${id}/deletion-preview`;
    void reply.header("link", pageLinks(path, query, preview));
    return preview;
  }

  @Post("message-contacts/:id/replace")
  @HttpCode(200)
  @routes.ReplaceMessageContact()
  async replaceMessageContact(
    @Param("id") id: string,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CallContext() context: RequestContext,
  ): Promise<ReplacementResults> {
    const steps = await this.replacements.replaceMessageContact(
      fromPath(inputs.ReplaceMessageContactInput, id, body),
      context,
    );
    throwIfUnchanged(steps);
    const results = steps.map(({ kind, targetIds, outcome }) => ({
      kind,
      targetIds: [...targetIds],
      ...resultOf(
        withError(outcome, (error) =>
          withFieldNames(error, routes.FIELD_NAMES),
        ),
        context,
      ),
    }));
    return withCompletion(reply, { results, deletion: deletionOf(steps) });
  }
}
