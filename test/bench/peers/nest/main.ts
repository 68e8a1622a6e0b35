import "reflect-metadata";
import { ApolloDriver, type ApolloDriverConfig } from "@nestjs/apollo";
import { Module, ValidationPipe } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { GraphQLModule } from "@nestjs/graphql";
import {
  FastifyAdapter,
  type NestFastifyApplication,
} from "@nestjs/platform-fastify";
import { ApiKeyGuard } from "./api-key.guard.js";
import { ContactsController } from "./contacts.controller.js";
import { ContactsResolver } from "./contacts.resolver.js";
import { ContactsService } from "./contacts.service.js";

// (e) The gateway as one would write it from the framework's documentation.

@Module({
  imports: [
    GraphQLModule.forRoot<ApolloDriverConfig>({
      driver: ApolloDriver,
      autoSchemaFile: true,
    }),
  ],
  controllers: [ContactsController],
  providers: [ContactsService, ContactsResolver],
})
class ContactsModule {}

const app = await NestFactory.create<NestFastifyApplication>(
  ContactsModule,
  new FastifyAdapter(),
  { logger: ["error", "warn"] },
);
app.useGlobalPipes(
  new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
  }),
);
app.useGlobalGuards(new ApiKeyGuard());
await app.listen(Number(process.env["PORT"]), "127.0.0.1");
