import { Module } from "@nestjs/common";
import { UpstreamModule } from "../upstream/upstream.module.js";
import { DirectoryService } from "./directory.service.js";

/** The accounts and folders of resource directories. */
@Module({
  imports: [UpstreamModule],
  providers: [DirectoryService],
  exports: [DirectoryService],
})
export class DirectoryModule {}
