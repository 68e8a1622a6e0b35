import { IsOptional, Matches, MinLength } from "class-validator";
import { IsCount, Must } from "../rules.js";
import { Setting } from "../setting.js";
import { parseRedisUrl, REDIS_URL_FORMS } from "./redis-url.js";

/** The Redis that all replicas share. */
export class RedisSettings {
  @Setting(
    "text",
    "in memory",
    "Redis or Valkey that all replicas share. A server: `redis://[user:password@]host[:port][/database]`. Sentinel: `redis+sentinel://[user:password@]host[:port],host[:port]/primary[/database]`. A cluster: `redis+cluster://[user:password@]host[:port],host[:port]`. With `rediss` in place of `redis`: TLS. Without it, each process keeps its state in memory. Spell it the same on all replicas, or set `STATE_SECRET`.",
  )
  @IsOptional()
  @Must(`must be ${REDIS_URL_FORMS}`, (value) => parseRedisUrl(value) !== null)
  readonly REDIS_URL?: string;

  @Setting(
    "text",
    "`message-contacts:`",
    "Prefix of all Redis keys and channels. Gateways for different directories need different prefixes on the same server.",
  )
  @Matches(/^[\w.:-]{1,64}$/, {
    message: "must be 1 to 64 letters, digits or . _ : -",
  })
  readonly REDIS_KEY_PREFIX: string = "message-contacts:";

  @Setting(
    "number",
    "`1` with Sentinel or a cluster, else `0`",
    "Number of Redis replicas that must have the record of a change with an `Idempotency-Key` before the change is sent. 0: a failover of Redis may lose the record, so that a repeated change is carried out twice.",
  )
  @IsOptional()
  @IsCount(0, 10)
  readonly REDIS_WAIT_REPLICAS?: number;

  @Setting("text", "none", "User of the Sentinels, if they require one.")
  @IsOptional()
  @MinLength(1)
  readonly REDIS_SENTINEL_USERNAME?: string;

  @Setting(
    "text",
    "none",
    "Password of the Sentinels. The password of the primary is part of `REDIS_URL`.",
  )
  @IsOptional()
  @MinLength(1)
  readonly REDIS_SENTINEL_PASSWORD?: string;

  @Setting(
    "text",
    "those of Node.js",
    "File with the certificates (PEM) of the authorities that Redis and the Sentinels are trusted by. It replaces the public authorities.",
  )
  @IsOptional()
  @MinLength(1)
  readonly REDIS_CA_FILE?: string;

  @Setting(
    "text",
    "none",
    "File with the certificate (PEM) that the gateway shows to Redis. Redis requires one unless it is configured with `tls-auth-clients no` or `optional`.",
  )
  @IsOptional()
  @MinLength(1)
  readonly REDIS_CLIENT_CERT_FILE?: string;

  @Setting(
    "text",
    "none",
    "File with the private key (PEM) of `REDIS_CLIENT_CERT_FILE`.",
  )
  @IsOptional()
  @MinLength(1)
  readonly REDIS_CLIENT_KEY_FILE?: string;
}
