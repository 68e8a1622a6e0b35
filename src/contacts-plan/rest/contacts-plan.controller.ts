import {
  Body,
  Controller,
  Get,
  Headers,
  HttpCode,
  Inject,
  Post,
  Query,
  Res,
} from "@nestjs/common";
import type { FastifyReply } from "fastify";
import { Config } from "../../config/config.js";
import {
  recordFailure,
  type RequestContext,
} from "../../context/request-context.js";
import { GatewayError } from "../../errors/gateway-error.js";
import { CallContext } from "../../http/call-context.decorator.js";
import { withFieldNames } from "../../http/field-names.js";
import { preferredFormat } from "../../http/preferred-format.js";
import { addVary } from "../../http/ingress/vary.js";
import { PROBLEM_TYPE, toProblem } from "../../http/problem-details.js";
import { AllContacts } from "../../message-contacts/all-contacts.js";
import { withError } from "../../message-contacts/bulk/run-in-order.js";
import {
  resultOf,
  throwIfUnchanged,
  withCompletion,
} from "../../message-contacts/rest/item-results.js";
import {
  fromQuery,
  type RawQuery,
} from "../../message-contacts/rest/rest-input.js";
import { PlanApplication, type Applied } from "../apply/plan-application.js";
import { checkPlanInput } from "../check-plan-input.js";
import { ContactsPlanService } from "../contacts-plan.service.js";
import { exportContacts } from "../files/export-contacts.js";
import { withLines } from "../files/file-error.js";
import { MEDIA_TYPES, type FileFormat } from "../files/file-formats.js";
import type { ContactsFile } from "../files/contacts-file.js";
import { parseContacts } from "../files/parse-contacts.js";
import type * as planned from "../planner/contacts-plan.js";
import type { ContactsPlan } from "../shapes/contacts-plan.js";
import type { ContactsPlanInput } from "../shapes/inputs.js";
import {
  ExportQuery,
  ImportQuery,
  PlanQuery,
  type PlanResults,
} from "../shapes/rest-shapes.js";
import { toPlanShape } from "../to-plan-shape.js";
import * as routes from "./contacts-plan.decorators.js";

/** Format of an export for each media type of `Accept`; the first is the default. */
const FORMAT_BY_TYPE = {
  "application/json": "json",
  "text/csv": "csv",
  "application/yaml": "yaml",
} as const satisfies Record<string, FileFormat>;

type LineOf = ContactsFile["lineOf"];

/** REST routes for contacts as code. */
@Controller("/v1")
export class ContactsPlanController {
  constructor(
    @Inject(ContactsPlanService) private readonly plans: ContactsPlanService,
    @Inject(PlanApplication) private readonly application: PlanApplication,
    @Inject(AllContacts) private readonly allContacts: AllContacts,
    @Inject(Config) private readonly config: Config,
  ) {}

  @Post("plan")
  @HttpCode(200)
  @routes.ContactsPlanRoute()
  async contactsPlan(
    @Query() query: RawQuery,
    @Body() body: unknown,
    @Headers("content-type") contentType: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CallContext() context: RequestContext,
  ): Promise<ContactsPlan> {
    const options = fromQuery(PlanQuery, query);
    const { input, lineOf } = await this.fileIn(body, contentType, options);
    const plan = await this.plans.plan(input, context);
    return planAnswer(plan, reply, context, lineOf);
  }

  @Post("apply")
  @HttpCode(200)
  @routes.ApplyContactsPlanRoute()
  async applyContactsPlan(
    @Body() body: unknown,
    @Headers("if-match") ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CallContext() context: RequestContext,
  ): Promise<PlanResults | object> {
    const input = checkPlanInput(body, this.config);
    const applied = await this.application.apply(
      input,
      digestIn(ifMatch),
      context,
    );
    return applyAnswer(applied, reply, context);
  }

  @Get("export")
  @routes.ExportContactsRoute()
  async exportContacts(
    @Query() query: RawQuery,
    @Headers("accept") accept: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CallContext() context: RequestContext,
  ): Promise<string> {
    const {
      format = preferredFormat(accept, FORMAT_BY_TYPE),
      personal = true,
    } = fromQuery(ExportQuery, query);
    const contacts = await this.allContacts.read(context);
    void addVary(reply, "accept")
      .header("content-type", MEDIA_TYPES[format])
      .header(
        "content-disposition",
        `attachment; filename="contacts.${format}"`,
      );
    return exportContacts(
      contacts,
      format,
      personal && context.caller.personal,
    );
  }

  @Post("import")
  @HttpCode(200)
  @routes.ImportContactsRoute()
  async importContacts(
    @Query() query: RawQuery,
    @Body() body: unknown,
    @Headers("content-type") contentType: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CallContext() context: RequestContext,
  ): Promise<PlanResults | ContactsPlan | object> {
    const { dryRun = false, ...options } = fromQuery(ImportQuery, query);
    const { input, lineOf } = await this.fileIn(body, contentType, options);
    if (dryRun) {
      const plan = await this.plans.plan(input, context);
      return planAnswer(plan, reply, context, lineOf);
    }
    const applied = await this.application.apply(input, null, context);
    return applyAnswer(applied, reply, context, lineOf);
  }

  private async fileIn(
    body: unknown,
    contentType: string | undefined,
    options: PlanQuery,
  ): Promise<{
    readonly input: ContactsPlanInput;
    readonly lineOf: LineOf;
  }> {
    if (!(body instanceof Uint8Array)) {
      const list = typeof body === "object" && body !== null ? body : {};
      const input = checkPlanInput({ ...list, ...options }, this.config);
      return { input, lineOf: () => null };
    }
    const isCsv = contentType?.trim().toLowerCase().startsWith("text/csv");
    const file = await parseContacts(body, isCsv === true ? "csv" : "yaml");
    const { contacts, lineOf } = file;
    try {
      const input = { contacts: [...contacts], ...options };
      return { input: checkPlanInput(input, this.config), lineOf };
    } catch (error) {
      throw error instanceof GatewayError ? withLines(error, lineOf) : error;
    }
  }
}

function planAnswer(
  plan: planned.ContactsPlan,
  reply: FastifyReply,
  { language }: RequestContext,
  lineOf?: LineOf,
): ContactsPlan {
  void reply.header("etag", `"${plan.digest}"`);
  return toPlanShape(plan, language, lineOf);
}

/** One result per change, or the problem of a rejected plan with the current plan. */
function applyAnswer(
  applied: Applied,
  reply: FastifyReply,
  context: RequestContext,
  lineOf: LineOf = () => null,
): Omit<PlanResults, "isComplete"> | object {
  if (applied.kind === "rejected") {
    const error = withLines(applied.error, lineOf);
    recordFailure(context.usage, error);
    const problem = toProblem(error, context);
    void reply
      .code(problem.status)
      .header("content-type", PROBLEM_TYPE)
      .header("content-language", context.language)
      .header("etag", `"${applied.plan.digest}"`);
    const plan = toPlanShape(applied.plan, context.language, lineOf);
    return { ...problem, plan };
  }
  throwIfUnchanged(applied.steps);
  return withCompletion(reply, {
    results: applied.steps.map(({ outcome, targetIds, ...step }) => ({
      ...step,
      targetIds: [...targetIds],
      ...resultOf(
        withError(outcome, (error) =>
          withFieldNames(error, routes.FIELD_NAMES),
        ),
        context,
      ),
    })),
  });
}

/** Digest in an `If-Match` header; null for `*`, undefined without the header. */
function digestIn(ifMatch: string | undefined): string | null | undefined {
  const tag = ifMatch?.trim();
  if (tag === undefined || tag === "") return undefined;
  return tag === "*" ? null : tag.replace(/^(?:W\/)?"(.*)"$/, "$1");
}
