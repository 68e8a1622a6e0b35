import { Module } from "@nestjs/common";
import { DirectoryModule } from "../directory/directory.module.js";
import { MessageContactsModule } from "../message-contacts/message-contacts.module.js";
import { UpstreamModule } from "../upstream/upstream.module.js";
import { PlanApplication } from "./apply/plan-application.js";
import { StepRunner } from "./apply/step-runner.js";
import { ContactsPlanService } from "./contacts-plan.service.js";
import { ContactsPlanResolver } from "./graphql/contacts-plan.resolver.js";
import { ContactsPlanController } from "./rest/contacts-plan.controller.js";

/** Contacts as code: plan, apply, export and import. */
@Module({
  imports: [DirectoryModule, MessageContactsModule, UpstreamModule],
  controllers: [ContactsPlanController],
  providers: [
    ContactsPlanService,
    ContactsPlanResolver,
    PlanApplication,
    StepRunner,
  ],
})
export class ContactsPlanModule {}
