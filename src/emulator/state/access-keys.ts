import type { TimeSource } from "../clock.js";
import {
  gatewayMissingParameter,
  rpcError,
  type RpcError,
} from "../wire/rpc-errors.js";

/** Definition of an access key. */
export interface AccessKeyInput {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** Operation names, or `*` for all. Default: `*`. */
  readonly allowedActions?: readonly string[];
  /** Default: true. */
  readonly isActive?: boolean;
  /** Account of the key. Default: the management account. */
  readonly accountId?: string;
  /** Makes the key temporary: it is valid only together with this token. */
  readonly securityToken?: string;
  /** When a temporary key expires, in milliseconds since 1970. Default: never. */
  readonly expiresAt?: number;
}

export type AccessKey = AccessKeyInput &
  Required<Pick<AccessKeyInput, "allowedActions" | "isActive">>;

/** Prefix of the ids of temporary keys (documented). */
const TEMPORARY_PREFIX = "STS.";

/** The key of the vendor's published examples, and a temporary key. */
export const DEFAULT_KEYS: readonly [AccessKeyInput, ...AccessKeyInput[]] = [
  { accessKeyId: "testid", accessKeySecret: "testsecret" },
  {
    accessKeyId: "STS.testid",
    accessKeySecret: "testsecret",
    securityToken: "tok+/=",
  },
];

/** The access keys that callers can sign with. */
export class AccessKeys {
  readonly #keys = new Map<string, AccessKey>();

  constructor(
    keys: readonly AccessKeyInput[],
    private readonly clock: TimeSource,
  ) {
    this.load(keys);
  }

  load(keys: readonly AccessKeyInput[]): void {
    this.#keys.clear();
    for (const key of keys) this.set(key);
  }

  /** Adds a key. Replaces a key with the same id. */
  set(key: AccessKeyInput): void {
    this.#keys.set(key.accessKeyId, {
      ...key,
      allowedActions: key.allowedActions ?? ["*"],
      isActive: key.isActive ?? true,
    });
  }

  all(): AccessKey[] {
    return [...this.#keys.values()];
  }

  find(accessKeyId: string): AccessKey | undefined {
    return this.#keys.get(accessKeyId);
  }

  /** Expires one temporary key, or all of them. Returns the number of expired keys. */
  expire(accessKeyId?: string): number {
    const expired = this.all().filter(
      (key) =>
        key.securityToken !== undefined &&
        (accessKeyId === undefined || key.accessKeyId === accessKeyId),
    );
    const expiresAt = this.clock.now();
    for (const key of expired) this.set({ ...key, expiresAt });
    return expired.length;
  }

  /** Returns the error for a token that does not match the key, or undefined when it is valid. */
  tokenError(key: AccessKey, token: string | undefined): RpcError | undefined {
    const isTemporary =
      key.securityToken !== undefined ||
      key.accessKeyId.startsWith(TEMPORARY_PREFIX);
    if (token === undefined) {
      return isTemporary ? gatewayMissingParameter("SecurityToken") : undefined;
    }
    if (token !== key.securityToken) {
      return this.all().some(({ securityToken }) => securityToken === token)
        ? rpcError("InvalidSecurityToken.MismatchWithAccessKey")
        : rpcError("InvalidSecurityToken.Malformed");
    }
    return key.expiresAt !== undefined && key.expiresAt <= this.clock.now()
      ? rpcError("InvalidSecurityToken.Expired")
      : undefined;
  }
}

export function isAllowed(key: AccessKey, action: string): boolean {
  return key.allowedActions.some((name) => name === "*" || name === action);
}
