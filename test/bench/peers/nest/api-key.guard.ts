import { createHash } from "node:crypto";
import {
  Injectable,
  type CanActivate,
  type ExecutionContext,
} from "@nestjs/common";
import { GqlExecutionContext } from "@nestjs/graphql";

interface Incoming {
  readonly headers: { readonly authorization?: string };
}

/** Lets everyone pass when no key is configured. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  private readonly expected = process.env["API_KEY_SHA256"];

  canActivate(host: ExecutionContext): boolean {
    if (this.expected === undefined) return true;
    const { authorization = "" } = requestOf(host).headers;
    const key = authorization.slice("Bearer ".length);
    return createHash("sha256").update(key).digest("hex") === this.expected;
  }
}

function requestOf(host: ExecutionContext): Incoming {
  return host.getType<string>() === "graphql"
    ? GqlExecutionContext.create(host).getContext<{ req: Incoming }>().req
    : host.switchToHttp().getRequest<Incoming>();
}
