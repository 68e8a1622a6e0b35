import type { TimeSource } from "../clock.js";
import { gatewayMissing, rpcError, type RpcError } from "../wire/rpc-errors.js";

/** A key as it is handed in; what is left out takes the value named. */
export interface AccessKeyInput {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** Operation names, or `*` for all (the default). */
  readonly allowedActions?: readonly string[];
  /** true */
  readonly isActive?: boolean;
  /** Makes the key a temporary one, which is good only together with this token. */
  readonly securityToken?: string;
  /** When a temporary key ends, in milliseconds since 1970; never when left out. */
  readonly expiresAt?: number;
}

export type AccessKey = AccessKeyInput &
  Required<Pick<AccessKeyInput, "allowedActions" | "isActive">>;

/** Ids of temporary keys start so (documented). */
const TEMPORARY_PREFIX = "STS.";

/** The key pair of the vendor's published examples, and a temporary one beside it. */
export const DEFAULT_KEYS: readonly AccessKeyInput[] = [
  { accessKeyId: "testid", accessKeySecret: "testsecret" },
  {
    accessKeyId: "STS.testid",
    accessKeySecret: "testsecret",
    securityToken: "tok+/=",
  },
];

/** Keys that calls can be signed with. */
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
    for (const key of keys) this.put(key);
  }

  /** Adds a key, or replaces the one with the same id. */
  put(key: AccessKeyInput): void {
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

  /** Ends the session of one temporary key, or of all; answers how many that were. */
  expire(accessKeyId?: string): number {
    const ended = this.all().filter(
      (key) =>
        key.securityToken !== undefined &&
        (accessKeyId === undefined || key.accessKeyId === accessKeyId),
    );
    const expiresAt = this.clock.now();
    for (const key of ended) this.put({ ...key, expiresAt });
    return ended.length;
  }

  /** Why a token does not go with a key; undefined when it does. */
  tokenFault(key: AccessKey, token: string | undefined): RpcError | undefined {
    const isTemporary =
      key.securityToken !== undefined ||
      key.accessKeyId.startsWith(TEMPORARY_PREFIX);
    if (token === undefined) {
      return isTemporary ? gatewayMissing("SecurityToken") : undefined;
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
