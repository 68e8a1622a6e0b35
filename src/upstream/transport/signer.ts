import { randomUUID } from "node:crypto";
import RpcClient from "@alicloud/pop-core";
import { actionOf, type Operation } from "../operations.js";

/** Keys of the caller towards the vendor. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string;
}

/** Where keys come from; asked before each call, so that it may renew them. */
export interface CredentialsProvider {
  getCredentials(): Promise<Credentials>;
  /** Forgets what was fetched: the vendor says it has expired. */
  invalidate?(): void;
}

/** API version of the twelve operations (documented). */
const API_VERSION = "2022-04-19";

/** Carries what pop-core signed out of it before anything is sent. */
class SignedForm {
  constructor(readonly body: string) {}
}

/** The typings of pop-core 1.8.0 lack `credentialsProvider` (observed). */
type PopCoreConfig = RpcClient.Config & {
  credentialsProvider: CredentialsProvider;
};

/**
 * Signs calls with pop-core and sends nothing.
 *
 * pop-core's own sending has no body limit, no abort, no word on whether the
 * request was written, and its errors hold the signed URL (observed). Its HTTP
 * client offers a hook between signing and sending; this class leaves there,
 * with the signed form, and `UpstreamTransport` sends it.
 */
export class RpcSigner {
  private readonly client: RpcClient;

  /** @param endpoint base URL, used by pop-core only to tell http from https */
  constructor(
    endpoint: string,
    private readonly credentialsProvider: CredentialsProvider,
  ) {
    const config: Partial<PopCoreConfig> = {
      endpoint,
      apiVersion: API_VERSION,
      credentialsProvider,
    };
    this.client = new RpcClient(config as PopCoreConfig);
  }

  /** Has the keys fetched anew for the next call. */
  invalidateCredentials(): void {
    this.credentialsProvider.invalidate?.();
  }

  /**
   * The signed form body of a POST. Each call has a fresh nonce: pop-core's own
   * comes from `Math.random` and repeats too often under load (observed).
   *
   * @param params built from a fixed list, never a caller's object: pop-core
   *   lets parameters overwrite `Action`, `Version` and the keys (observed)
   * @param nowMs the vendor's time as far as it is known
   */
  async sign(
    operation: Operation,
    params: object,
    nowMs: number,
  ): Promise<string> {
    const common = {
      SignatureNonce: randomUUID(),
      Timestamp: `${new Date(nowMs).toISOString().slice(0, 19)}Z`,
    };
    try {
      await this.client.request(
        actionOf(operation),
        { ...omitNullish(params), ...common },
        {
          method: "POST",
          headers: {},
          // Names are the vendor's already.
          formatAction: false,
          formatParams: false,
          beforeRequest: abortWithSignedForm,
        },
      );
    } catch (signed) {
      // Without keys pop-core leaves the signature out and says nothing (observed).
      if (signed instanceof SignedForm) {
        if (isSigned(signed.body)) return signed.body;
        throw new Error("there are no keys to sign with");
      }
      throw signed;
    }
    throw new Error("the signing client sent a request of its own");
  }
}

/** Called by pop-core's HTTP client as a method of its options. */
function abortWithSignedForm(this: { data: string }): never {
  // eslint-disable-next-line @typescript-eslint/only-throw-error -- no failure: the way out of pop-core
  throw new SignedForm(this.data);
}

function isSigned(form: string): boolean {
  return form.includes("&Signature=") || form.startsWith("Signature=");
}

/** pop-core would send `undefined` and `null` as words (observed). */
function omitNullish(params: object): Record<string, unknown> {
  const sent: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined && value !== null) sent[name] = value;
  }
  return sent;
}
