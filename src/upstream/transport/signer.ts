import { randomUUID } from "node:crypto";
import RpcClient from "@alicloud/pop-core";
import { actionOf, type Operation } from "../operations.js";

/** Credentials for the vendor's API. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string;
}

/** Source of credentials; called before each vendor call. */
export interface CredentialsProvider {
  getCredentials(): Promise<Credentials>;
  /** Drops cached credentials after the vendor reported them as expired. */
  invalidate?(): void;
}

/** API version of the operations (documented). */
const API_VERSION = "2022-04-19";

/** Thrown to leave pop-core with the signed form before it sends anything. */
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
 * pop-core's HTTP client has no body limit and no abort. It does not report whether
 * the request was written, and its errors contain the signed URL (observed). So its
 * hook between signing and sending throws the signed form, and `UpstreamTransport`
 * sends it.
 */
export class RpcSigner {
  private readonly client: RpcClient;
  private lastSecond = Number.NaN;
  private lastTimestamp = "";

  /** @param endpoint base URL; pop-core uses only its scheme */
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
    // pop-core would parse it for each call, although nothing is sent to it.
    Object.assign(this.client, { endpoint: "" });
  }

  /** Invalidates the cached credentials; the next call fetches new ones. */
  invalidateCredentials(): void {
    this.credentialsProvider.invalidate?.();
  }

  /**
   * Returns the signed form body of a POST. Replaces pop-core's nonce, which comes
   * from `Math.random` and repeats under load (observed).
   *
   * @param params built from a fixed list, never a caller's object: pop-core lets
   *   parameters overwrite `Action`, `Version` and the access key (observed)
   * @param nowMs estimated vendor time, in milliseconds since 1970
   */
  async sign(
    operation: Operation,
    params: object,
    nowMs: number,
  ): Promise<string> {
    const sent = omitNullish(params);
    sent["SignatureNonce"] = randomUUID();
    sent["Timestamp"] = this.timestampOf(nowMs);
    try {
      await this.client.request(actionOf(operation), sent, OPTIONS);
    } catch (signed) {
      // Without credentials pop-core silently omits the signature (observed).
      if (signed instanceof SignedForm) {
        if (isSigned(signed.body)) return signed.body;
        throw new Error("no credentials to sign with");
      }
      throw signed;
    }
    throw new Error("pop-core sent a request instead of only signing it");
  }

  /** The time in the vendor's form, which has no fractions of a second. */
  private timestampOf(nowMs: number): string {
    const second = Math.floor(nowMs / 1_000);
    if (second !== this.lastSecond) {
      this.lastSecond = second;
      const time = new Date(second * 1_000).toISOString();
      this.lastTimestamp = `${time.slice(0, 19)}Z`;
    }
    return this.lastTimestamp;
  }
}

/** Options of every call. pop-core copies them, and writes the same header each time. */
const OPTIONS = {
  method: "POST",
  headers: {},
  // The names are in the vendor's spelling already.
  formatAction: false,
  formatParams: false,
  beforeRequest: abortWithSignedForm,
};

/** `this` is the options object of pop-core's HTTP client. */
function abortWithSignedForm(this: { data: string }): never {
  // eslint-disable-next-line @typescript-eslint/only-throw-error -- not an error: leaves pop-core with the signed form
  throw new SignedForm(this.data);
}

function isSigned(form: string): boolean {
  return form.includes("&Signature=") || form.startsWith("Signature=");
}

/** pop-core would send `undefined` and `null` as text (observed). */
function omitNullish(params: object): Record<string, unknown> {
  const sent: Record<string, unknown> = {};
  for (const name of Object.keys(params)) {
    const value = (params as Record<string, unknown>)[name];
    if (value !== undefined && value !== null) sent[name] = value;
  }
  return sent;
}
