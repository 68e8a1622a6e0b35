import { Module } from "@nestjs/common";
import { DirectoryModule } from "../directory/directory.module.js";
import { BindingTargetsService } from "./binding-targets.service.js";
import { BindingTargetsResolver } from "./graphql/binding-targets.resolver.js";
import {
  BindingChangeResolver,
  BindingResolver,
  DeletionFailureResolver,
} from "./graphql/target-fields.resolver.js";
import { BindingTargetsController } from "./rest/binding-targets.controller.js";

/** Targets of bindings, by name. */
@Module({
  imports: [DirectoryModule],
  controllers: [BindingTargetsController],
  providers: [
    BindingTargetsService,
    BindingTargetsResolver,
    BindingResolver,
    BindingChangeResolver,
    DeletionFailureResolver,
  ],
  exports: [BindingTargetsService],
})
export class BindingTargetsModule {}
