import { AsyncLocalStorage } from "node:async_hooks";
import { homedir } from "node:os";
import { join } from "node:path";
import { codeOf } from "../../logging/output.js";
import { CredentialsError, type CredentialSource } from "./credentials.js";

type Fetch = typeof globalThis.fetch;

/** The used part of a request of the vendor's credentials client. */
interface ServiceRequest {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly bodyForm?: Record<string, string>;
  readonly connectTimeout?: number;
  readonly readTimeout?: number;
  toRequestURL(): string;
}

/** The used part of its response. */
interface ServiceResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

/** A failed request to a credential service. */
interface ServiceFailure {
  readonly isMetadata: boolean;
  readonly isDenied: boolean;
  readonly reason: string;
}

/**
 * Metadata service of the vendor's machines. The chain asks it on every machine, so
 * its failure is irrelevant if another service is configured.
 */
const METADATA_HOST = "100.100.100.200";

const DEFAULT_TIMEOUT_MS = 10_000;

/** Failures of the requests of one fetch of credentials. */
const failures = new AsyncLocalStorage<ServiceFailure[]>();

/** Files that the chain reads (observed in 2.4.7); it never reads them again by itself. */
export function chainFiles(): readonly string[] {
  const { ALIBABA_CLOUD_CREDENTIALS_FILE: profiles } = process.env;
  return [
    profiles === undefined || profiles === ""
      ? join(homedir(), ".alibabacloud/credentials")
      : profiles,
    join(homedir(), ".aliyun/config.json"),
  ];
}

/**
 * Loads the vendor's default credentials chain. Its HTTP client is replaced (observed in
 * 2.4.7): it supports no proxy, and the error of the chain does not say whether a service
 * could not be reached or rejected the request.
 *
 * The packages are CommonJS: under ESM the class is `.default` of the default export
 * (observed). They are loaded only when no fixed credentials are configured.
 */
export async function vendorChain(fetch: Fetch): Promise<CredentialSource> {
  const { default: http } =
    await import("@alicloud/credentials/dist/src/providers/http.js");
  Object.assign(http, { doRequest: requestWith(fetch) });
  const { default: loaded } = await import("@alicloud/credentials");
  const { default: Credential } = loaded as unknown as {
    default: new () => CredentialSource;
  };
  const chain = new Credential();
  return {
    getCredential: () => {
      const seen: ServiceFailure[] = [];
      return failures.run(seen, () =>
        chain.getCredential().catch(() => {
          throw summaryOf(seen);
        }),
      );
    },
  };
}

function requestWith(
  fetch: Fetch,
): (request: ServiceRequest) => Promise<ServiceResponse> {
  return async (request) => {
    const url = request.toRequestURL();
    const { hostname } = new URL(url);
    // The chain asks the service of ALIBABA_CLOUD_CREDENTIALS_URI even if it is unset.
    if (hostname === "undefined") throw new Error("no service is configured");
    const isMetadata = hostname === METADATA_HOST;
    const fail = (isDenied: boolean, reason: string): void => {
      const code = `CREDENTIALS_${reason}`;
      failures.getStore()?.push({ isMetadata, isDenied, reason: code });
    };
    try {
      const { bodyForm } = request;
      const response = await fetch(url, {
        method: request.method,
        headers: request.headers,
        redirect: "manual",
        signal: AbortSignal.timeout(request.readTimeout ?? DEFAULT_TIMEOUT_MS),
        ...(bodyForm === undefined || Object.keys(bodyForm).length === 0
          ? {}
          : { body: new URLSearchParams(bodyForm) }),
      });
      const { status } = response;
      if (status !== 200) fail(status < 500 && status !== 429, String(status));
      return {
        statusCode: status,
        headers: Object.fromEntries(response.headers),
        body: Buffer.from(await response.arrayBuffer()),
      };
    } catch (error) {
      fail(false, reasonOf(error));
      throw error;
    }
  };
}

/** The system error is the `cause` of an error of `fetch`. */
function reasonOf(error: unknown): string {
  const { name, cause } = error as { name?: unknown; cause?: unknown };
  return name === "TimeoutError" ? "TIMEOUT" : codeOf(cause);
}

/** Returns the first failure; one of the metadata service only if there is no other. */
function summaryOf(seen: readonly ServiceFailure[]): CredentialsError {
  const first = seen.find(({ isMetadata }) => !isMetadata) ?? seen[0];
  return first === undefined
    ? new CredentialsError(true, "CREDENTIALS_NOT_CONFIGURED")
    : new CredentialsError(first.isDenied, first.reason);
}
