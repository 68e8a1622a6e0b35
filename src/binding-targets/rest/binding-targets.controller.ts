import { Controller, Get, Inject, Query, Res } from "@nestjs/common";
import type { FastifyReply } from "fastify";
import type { RequestContext } from "../../context/request-context.js";
import { CallContext } from "../../http/call-context.decorator.js";
import {
  fromQuery,
  pageLinks,
  type RawQuery,
} from "../../message-contacts/rest/rest-input.js";
import { BindingTargetsService } from "../binding-targets.service.js";
import type { BindingTargetPage } from "../shapes/binding-target.js";
import { BindingTargetsQuery } from "../shapes/binding-targets-args.js";
import { BindingTargets } from "./binding-targets.decorator.js";

/** REST route for the targets of bindings. */
@Controller("/v1/binding-targets")
export class BindingTargetsController {
  constructor(
    @Inject(BindingTargetsService)
    private readonly service: BindingTargetsService,
  ) {}

  @Get()
  @BindingTargets()
  async bindingTargets(
    @Query() query: RawQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CallContext() context: RequestContext,
  ): Promise<BindingTargetPage> {
    const { includePath = false, ...args } = fromQuery(
      BindingTargetsQuery,
      query,
    );
    const page = await this.service.bindingTargets(args, context, includePath);
    const path = `${context.linkBase ?? ""}/v1/binding-targets`;
    void reply.header("link", pageLinks(path, query, page));
    return page;
  }
}
