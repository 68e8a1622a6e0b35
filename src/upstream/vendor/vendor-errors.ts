import { ErrorCode } from "../../errors/error-codes.js";
import { EXPECTED } from "../../errors/expected-forms.js";
import {
  GatewayError,
  type GatewayErrorDetails,
  type UpstreamInfo,
  type Violation,
} from "../../errors/gateway-error.js";
import { CONFLICT_PAUSE_SECONDS } from "../writes/write-queue.js";

/** A vendor error: a complete JSON response with a `Code`. */
export interface VendorErrorEnvelope {
  readonly httpStatus: number;
  readonly code: string;
  readonly requestId: string | null;
  /** From `Retry-After` or `x-acs-retry-after`, in milliseconds. */
  readonly retryAfterMs?: number;
}

/** Field of the gateway's API by vendor parameter. */
const FIELDS: Readonly<Record<string, string>> = {
  ContactId: "contactId",
  Name: "name",
  EmailAddress: "emailAddress",
  PhoneNumber: "phoneNumber",
  MobileCountryCode: "phoneNumber",
  Title: "title",
  MessageTypes: "messageTypes",
  Member: "boundTo",
  Members: "targetIds",
  PageNumber: "pageNumber",
  PageSize: "pageSize",
  FolderId: "under",
  RetainContactInMembers: "retainContactInMembers",
};

/**
 * Codes that are mapped one by one: error codes of the operations in the vendor's API
 * reference (ResourceDirectoryMaster 2022-04-19), and common errors of
 * its RPC gateway.
 */
const EXACT: Readonly<Record<string, ErrorCode>> = {
  "InvalidParameter.Name.AlreadyUsed": ErrorCode.NAME_TAKEN,
  "EntityNotExists.Contact": ErrorCode.CONTACT_NOT_FOUND,
  "EntityNotExists.Contact.Verification": ErrorCode.VERIFICATION_NOT_PENDING,
  "EntityNotExists.Member": ErrorCode.BINDING_TARGET_NOT_FOUND,
  InvalidMember: ErrorCode.BINDING_TARGET_NOT_FOUND,
  ContactStatusMismatchAction: ErrorCode.STATUS_CONFLICT,
  ConcurrentCallNotSupported: ErrorCode.CONCURRENT_CHANGE,
  SendValidateCodeExceedsLimitForAccount: ErrorCode.VERIFICATION_LIMIT,
  // Protocol parameters: the gateway sets them, not the caller.
  "InvalidParameter.Format": ErrorCode.UPSTREAM_DENIED,
  "InvalidParameter.Accept": ErrorCode.UPSTREAM_DENIED,
  MissingAction: ErrorCode.UPSTREAM_DENIED,
  MissingVersion: ErrorCode.UPSTREAM_DENIED,
  MissingAccessKeyId: ErrorCode.UPSTREAM_DENIED,
  MissingSecurityToken: ErrorCode.UPSTREAM_DENIED,
  InvalidVersion: ErrorCode.UPSTREAM_DENIED,
  SignatureNonceUsed: ErrorCode.UPSTREAM_UNAVAILABLE,
  InternalError: ErrorCode.UPSTREAM_UNAVAILABLE,
  ServiceUnavailable: ErrorCode.UPSTREAM_UNAVAILABLE,
  UnknownError: ErrorCode.UPSTREAM_UNAVAILABLE,
  CallerIdentityError: ErrorCode.UPSTREAM_DENIED,
  ResourceDirectoryNotInUse: ErrorCode.UPSTREAM_DENIED,
  // Parameters of directory reads that the gateway took from an earlier response. The
  // code for an expired token is not documented.
  "InvalidParameter.NextToken": ErrorCode.UPSTREAM_UNAVAILABLE,
  "InvalidParameter.ParentFolderId": ErrorCode.UPSTREAM_UNAVAILABLE,
};

/** Prefixes for codes that are not listed above, tried from top to bottom. */
export const VENDOR_CODE_PREFIXES: readonly (readonly [string, ErrorCode])[] = [
  ["Throttling", ErrorCode.UPSTREAM_THROTTLED],
  ["Rejected.Throttling", ErrorCode.UPSTREAM_THROTTLED],
  ["LimitExceeded.", ErrorCode.QUOTA_EXCEEDED],
  ["QuotaExceeded.", ErrorCode.QUOTA_EXCEEDED],
  ["EntityNotExists.ResourceDirectory", ErrorCode.UPSTREAM_DENIED],
  ["EntityNotExists.Contact", ErrorCode.CONTACT_NOT_FOUND],
  ["EntityNotExists.Folder", ErrorCode.BINDING_TARGET_NOT_FOUND],
  ["EntityNotExists.Member", ErrorCode.BINDING_TARGET_NOT_FOUND],
  ["Forbidden", ErrorCode.UPSTREAM_DENIED],
  ["NoPermission", ErrorCode.UPSTREAM_DENIED],
  ["InvalidAccessKeyId", ErrorCode.UPSTREAM_DENIED],
  ["InvalidSecurityToken", ErrorCode.UPSTREAM_DENIED],
  ["InvalidSignature", ErrorCode.UPSTREAM_DENIED],
  ["InvalidTimeStamp", ErrorCode.UPSTREAM_DENIED],
  ["InvalidAction", ErrorCode.UPSTREAM_DENIED],
  ["InvalidApi", ErrorCode.UPSTREAM_DENIED],
  ["InvalidProduct", ErrorCode.UPSTREAM_DENIED],
  ["InvalidRegion", ErrorCode.UPSTREAM_DENIED],
  ["InvalidProtocol", ErrorCode.UPSTREAM_DENIED],
  ["InvalidParameter", ErrorCode.INVALID_INPUT],
  ["MissingParameter", ErrorCode.INVALID_INPUT],
  ["Missing", ErrorCode.INVALID_INPUT],
  ["Invalid", ErrorCode.INVALID_INPUT],
];

/** Codes that prove that nothing was carried out, so a retry is safe. */
const TRANSIENT = [
  "ConcurrentCallNotSupported",
  "SignatureNonceUsed",
  "InvalidTimeStamp.Expired",
  "InvalidSecurityToken.Expired",
];

/** Meaning of an error response for retries. */
export type RejectionClass = "transient" | "final" | "ambiguous";

/** Classifies an error response for retries. A 5xx does not prove that nothing happened. */
export function rejectionClassOf(error: VendorErrorEnvelope): RejectionClass {
  if (
    error.code.includes("Throttling") ||
    TRANSIENT.some((prefix) => error.code.startsWith(prefix))
  ) {
    return "transient";
  }
  return error.httpStatus >= 500 || error.httpStatus < 400
    ? "ambiguous"
    : "final";
}

/**
 * Maps a vendor code to a gateway code: by exact code, then by prefix, then by HTTP
 * status, so that an unknown code still gets a suitable gateway code.
 */
export function classify(code: string, httpStatus: number): ErrorCode {
  const exact = Object.hasOwn(EXACT, code) ? EXACT[code] : undefined;
  if (exact !== undefined) return exact;
  for (const [prefix, family] of VENDOR_CODE_PREFIXES) {
    if (code.startsWith(prefix)) return family;
  }
  if (code.includes("Throttling") || httpStatus === 429) {
    return ErrorCode.UPSTREAM_THROTTLED;
  }
  if (httpStatus === 409) return ErrorCode.STATUS_CONFLICT;
  if (httpStatus >= 400 && httpStatus < 500) return ErrorCode.UPSTREAM_DENIED;
  return ErrorCode.UPSTREAM_UNAVAILABLE;
}

/** Limits behind quota codes; defaults from the vendor's user guide. */
const LIMITS: Readonly<Record<string, number>> = {
  "LimitExceeded.Contacts": 20,
  "LimitExceeded.ContactMembers": 10,
  "QuotaExceeded.Members": 5,
  SendValidateCodeExceedsLimitForAccount: 100,
};

/** Violated rule of codes whose name does not contain it. */
const RULES: Readonly<Record<string, string>> = {
  "InvalidParameter.Name": "letters-only",
  "InvalidParameter.Title": "one-of",
  "InvalidParameter.MessageTypes": "one-of",
  "InvalidParameter.MobileCountryCode": "country-code",
};

const BOUNDS: Readonly<
  Record<string, Pick<Violation, "min" | "max" | "unit">>
> = {
  "InvalidParameter.Name.Length": { min: 2, max: 12, unit: "characters" },
  "InvalidParameter.Members.Length": { min: 1, max: 5, unit: "items" },
};

/** All vendor codes that a table of this file names. */
export const KNOWN_VENDOR_CODES: readonly string[] = [
  ...new Set(
    [EXACT, LIMITS, RULES, BOUNDS].flatMap((table) => Object.keys(table)),
  ),
];

const DEFAULT_PAUSE_SECONDS: Readonly<Partial<Record<ErrorCode, number>>> = {
  CONCURRENT_CHANGE: CONFLICT_PAUSE_SECONDS,
  UPSTREAM_THROTTLED: 1,
  UPSTREAM_UNAVAILABLE: 1,
  VERIFICATION_LIMIT: 60,
};

/**
 * Converts a vendor error into a `GatewayError`. Drops the vendor's message, which
 * can contain access key ids, signatures and personal data.
 */
export function toGatewayError(
  error: VendorErrorEnvelope,
  params: object,
): GatewayError {
  const code = classify(error.code, error.httpStatus);
  const upstream: UpstreamInfo = {
    code: error.code,
    httpStatus: error.httpStatus,
    requestId: error.requestId,
  };
  const pause =
    error.retryAfterMs === undefined
      ? DEFAULT_PAUSE_SECONDS[code]
      : Math.ceil(error.retryAfterMs / 1000);
  return new GatewayError(code, {
    upstream,
    ...(pause === undefined ? {} : { retryAfterSeconds: pause }),
    ...detailsOf(code, error.code, params),
  });
}

function detailsOf(
  code: ErrorCode,
  vendorCode: string,
  params: object,
): GatewayErrorDetails {
  const sent = (name: string): string | undefined => {
    const value: unknown = (params as Record<string, unknown>)[name];
    return typeof value === "string" ? value : undefined;
  };
  switch (code) {
    case ErrorCode.INVALID_INPUT: {
      const field = fieldOf(vendorCode);
      return {
        violations: [
          {
            field: field === undefined ? null : [field],
            rule: ruleOf(vendorCode),
            ...BOUNDS[vendorCode],
            ...expectedOf(field, ruleOf(vendorCode)),
          },
        ],
      };
    }
    case ErrorCode.NAME_TAKEN:
      return { field: ["name"], value: sent("Name") ?? "" };
    case ErrorCode.CONTACT_NOT_FOUND:
      return { field: ["contactId"], value: sent("ContactId") ?? "" };
    case ErrorCode.BINDING_TARGET_NOT_FOUND: {
      const folderId = sent("FolderId");
      if (folderId !== undefined) return { field: ["under"], value: folderId };
      const { Members: members } = params as { Members?: string[] };
      return members === undefined
        ? { field: ["boundTo"], value: sent("Member") ?? "" }
        : { field: ["targetIds"], value: members.join(",") };
    }
    case ErrorCode.VERIFICATION_NOT_PENDING: {
      const email = sent("EmailAddress");
      return email === undefined
        ? { field: ["phoneNumber"], value: sent("PhoneNumber") ?? "" }
        : { field: ["emailAddress"], value: email };
    }
    default: {
      const limit = LIMITS[vendorCode];
      return limit === undefined ? {} : { limit };
    }
  }
}

/** What the gateway knows about a field whose format the vendor rejects. */
function expectedOf(
  field: string | undefined,
  rule: string,
): Pick<Violation, "expected"> {
  const expected =
    rule === "format" && field !== undefined ? FORMS[field] : undefined;
  return expected === undefined ? {} : { expected };
}

const FORMS: Readonly<Record<string, Violation["expected"]>> = {
  emailAddress: EXPECTED.emailAddress,
  phoneNumber: EXPECTED.phoneNumber,
  contactId: EXPECTED.contactId,
  targetIds: EXPECTED.targetId,
  boundTo: EXPECTED.targetId,
  under: EXPECTED.targetId,
};

function fieldOf(vendorCode: string): string | undefined {
  const name = vendorCode
    .replace(/^(?:InvalidParameter|MissingParameter)\.?/, "")
    .replace(/^(?:Invalid|Missing)/, "")
    .split(".")[0];
  return name !== undefined && Object.hasOwn(FIELDS, name)
    ? FIELDS[name]
    : undefined;
}

function ruleOf(vendorCode: string): string {
  const known = RULES[vendorCode];
  if (known !== undefined) return known;
  if (vendorCode.startsWith("Missing")) return "required";
  if (vendorCode.endsWith(".Length")) return "length";
  if (vendorCode.endsWith(".Duplicate")) return "unique";
  return "format";
}
