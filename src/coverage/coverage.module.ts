import { Module } from "@nestjs/common";
import { DirectoryModule } from "../directory/directory.module.js";
import { MessageContactsModule } from "../message-contacts/message-contacts.module.js";
import { UpstreamModule } from "../upstream/upstream.module.js";
import { CoverageService } from "./coverage.service.js";
import { CoverageResolver } from "./graphql/coverage.resolver.js";
import { Replacements } from "./replacements/replacements.js";
import { CoverageController } from "./rest/coverage.controller.js";

/** Who is notified, and who is not. */
@Module({
  imports: [DirectoryModule, MessageContactsModule, UpstreamModule],
  controllers: [CoverageController],
  providers: [CoverageService, CoverageResolver, Replacements],
})
export class CoverageModule {}
