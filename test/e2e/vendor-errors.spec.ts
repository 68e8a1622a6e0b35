import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { ErrorCode } from "../../src/errors/error-codes.js";
import { ERRORS } from "../../src/errors/error-table.js";
import { MUTATION_ERRORS } from "../../src/message-contacts/graphql/contact-mutation.decorator.js";
import { PAYLOAD_ERRORS } from "../../src/message-contacts/graphql/user-errors.mapper.js";
import {
  actionOf,
  OPERATIONS,
  type Operation,
} from "../../src/upstream/operations.js";
import { openPending, VALID_INPUTS } from "../support/calls.js";
import { APIS, type Api, type ApiResponse } from "../support/apis.js";
import { startBoth, type Running } from "../support/running.js";

interface VendorError {
  readonly code: string;
  readonly httpStatus: number;
}

interface Documented {
  readonly common: VendorError[];
  readonly operations: Record<string, VendorError[]>;
}

const DOCUMENTED = JSON.parse(
  readFileSync(
    new URL("../fixtures/vendor-errors.json", import.meta.url),
    "utf8",
  ),
) as Documented;

/** Undocumented codes, one for each prefix. */
const INVENTED: readonly VendorError[] = [
  { code: "InvalidParameter.Name.Novel", httpStatus: 400 },
  { code: "MissingParameter.Novel", httpStatus: 400 },
  { code: "MissingNovel", httpStatus: 400 },
  { code: "LimitExceeded.Novel", httpStatus: 400 },
  { code: "Forbidden.Novel", httpStatus: 403 },
  { code: "Novel", httpStatus: 400 },
];

/** Expected error code of each vendor code. Independent of the table in `src`. */
const FAMILIES: readonly (readonly [RegExp, ErrorCode])[] = [
  [/^InvalidParameter\.Name\.AlreadyUsed$/, ErrorCode.NAME_TAKEN],
  [/^(InvalidParameter\.(Format|Accept))$/, ErrorCode.UPSTREAM_DENIED],
  [
    /^Missing(Action|Version|AccessKeyId|SecurityToken)$/,
    ErrorCode.UPSTREAM_DENIED,
  ],
  [/^InvalidVersion$/, ErrorCode.UPSTREAM_DENIED],
  [/^(LimitExceeded|QuotaExceeded)\./, ErrorCode.QUOTA_EXCEEDED],
  [/^EntityNotExists\.ResourceDirectory$/, ErrorCode.UPSTREAM_DENIED],
  [
    /^EntityNotExists\.Contact\.Verification$/,
    ErrorCode.VERIFICATION_NOT_PENDING,
  ],
  [/^EntityNotExists\.Contact$/, ErrorCode.CONTACT_NOT_FOUND],
  [
    /^(EntityNotExists\.(Member|Folder).*|InvalidMember)$/,
    ErrorCode.BINDING_TARGET_NOT_FOUND,
  ],
  [/^ContactStatusMismatchAction$/, ErrorCode.STATUS_CONFLICT],
  [/^ConcurrentCallNotSupported$/, ErrorCode.CONCURRENT_CHANGE],
  [/^SendValidateCodeExceedsLimitForAccount$/, ErrorCode.VERIFICATION_LIMIT],
  [/Throttling/, ErrorCode.UPSTREAM_THROTTLED],
  [
    /^(SignatureNonceUsed|InternalError|ServiceUnavailable|UnknownError)/,
    ErrorCode.UPSTREAM_UNAVAILABLE,
  ],
  [
    /^Invalid(AccessKeyId|SecurityToken|Signature|TimeStamp|Action|Api|Product|Region|Protocol)/,
    ErrorCode.UPSTREAM_DENIED,
  ],
  [
    /^(Forbidden|NoPermission|SignatureDoesNotMatch|IncompleteSignature|UnsupportedHTTPMethod|CallerIdentityError)/,
    ErrorCode.UPSTREAM_DENIED,
  ],
  [
    /^(InvalidParameter|MissingParameter|Missing|Invalid)/,
    ErrorCode.INVALID_INPUT,
  ],
];

function familyOf(
  { code, httpStatus }: VendorError,
  operation: Operation,
): ErrorCode {
  const [, family = ErrorCode.UPSTREAM_DENIED] =
    FAMILIES.find(([pattern]) => pattern.test(code)) ?? [];
  // After a server error the change may have been applied.
  const isAmbiguous =
    httpStatus >= 500 && family === ErrorCode.UPSTREAM_UNAVAILABLE;
  return isAmbiguous && OPERATIONS[operation].kind === "write"
    ? ErrorCode.OUTCOME_UNKNOWN
    : family;
}

const sweeps = (Object.keys(OPERATIONS) as Operation[]).flatMap((operation) =>
  APIS.map((api) => ({
    operation,
    api,
    title: `${operation} by ${api.name}`,
  })),
);

describe("every vendor error", () => {
  const running = new Map<string, Running>();

  beforeAll(async () => {
    await Promise.all(
      sweeps.map(async ({ title }) => {
        running.set(
          title,
          await startBoth(
            {},
            { READ_BACK_RESERVE_MS: "500", VERIFICATION_COOLDOWN_SECONDS: "0" },
          ),
        );
      }),
    );
  }, 60_000);

  afterAll(async () => {
    await Promise.all([...running.values()].map((one) => one.stop()));
  });

  it.concurrent.each(sweeps)(
    "gets the expected error code: $title",
    async ({ operation, api, title }) => {
      const pair = running.get(title);
      if (pair === undefined) throw new Error("not started");
      const errors = [
        ...(DOCUMENTED.operations[actionOf(operation)] ?? []),
        ...DOCUMENTED.common,
        ...INVENTED,
      ];
      expect(errors.length).toBeGreaterThan(INVENTED.length);
      for (const error of errors) {
        if (isAbsence(error, operation)) continue;
        const answer = await answerTo(pair, operation, api, error);
        const code = familyOf(error, operation);
        const shown = {
          vendor: error.code,
          code: answer.code,
          ...seenBy(answer),
        };
        expect(shown).toEqual({
          vendor: error.code,
          code,
          ...expectedFor(api, operation, code, error),
        });
      }
    },
    120_000,
  );
});

/** A missing contact on a read is not an error. Other tests cover it. */
function isAbsence({ code }: VendorError, operation: Operation): boolean {
  return (
    code === "EntityNotExists.Contact" && OPERATIONS[operation].kind === "read"
  );
}

async function answerTo(
  { emulator, gateway }: Running,
  operation: Operation,
  api: Api,
  { code, httpStatus }: VendorError,
): Promise<ApiResponse> {
  emulator.control.reset();
  await openPending(emulator.control, gateway.url, operation);
  emulator.control.addFault({
    operation: actionOf(operation),
    effect: "error",
    code,
    httpStatus,
    message: "canary in the vendor's message",
    times: null,
  });
  return api.call(gateway.url, operation, VALID_INPUTS[operation]);
}

interface Seen {
  readonly status: number;
  readonly isInPayload: boolean;
  readonly upstreamCode: string | null;
  readonly leaksVendorMessage: boolean;
}

/** The response that the error table defines for a code and an API. */
function expectedFor(
  api: Api,
  operation: Operation,
  code: ErrorCode,
  { code: vendorCode }: VendorError,
): Seen {
  const isWrite = OPERATIONS[operation].kind === "write";
  const isInPayload =
    api.name === "graphql" && isWrite && PAYLOAD_ERRORS[code] !== undefined;
  const isDocumented = (DOCUMENTED.operations[actionOf(operation)] ?? []).some(
    (one) => one.code === vendorCode,
  );
  if (isInPayload && isDocumented) {
    expect(MUTATION_ERRORS.get(operation)).toContain(code);
  }
  return {
    status: api.name === "graphql" ? 200 : ERRORS[code].httpStatus,
    isInPayload,
    upstreamCode: vendorCode,
    leaksVendorMessage: false,
  };
}

function seenBy(answer: ApiResponse): Seen {
  const text = JSON.stringify(answer.body);
  const data = answer.data as { errors?: unknown[] } | null;
  return {
    status: answer.status,
    isInPayload: (data?.errors?.length ?? 0) > 0,
    upstreamCode: /"upstream":\{"code":"([^"]+)"/.exec(text)?.[1] ?? null,
    leaksVendorMessage: text.includes("canary"),
  };
}
