import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { EmulatorControl } from "../../src/emulator/control/emulator-control.js";
import {
  startEmulator,
  type RunningEmulator,
} from "../../src/emulator/emulator.server.js";
import { ErrorCode } from "../../src/errors/error-codes.js";
import { ERRORS } from "../../src/errors/error-table.js";
import { MUTATION_ERRORS } from "../../src/message-contacts/graphql/contact-mutation.decorator.js";
import { PAYLOAD_ERRORS } from "../../src/message-contacts/graphql/user-errors.mapper.js";
import {
  actionOf,
  CONTACT_OPERATIONS,
  OPERATIONS,
  type ContactOperation,
} from "../../src/upstream/operations.js";
import { openPending, VALID_INPUTS } from "../support/calls.js";
import { APIS, type Api, type ApiResponse } from "../support/apis.js";
import {
  startForDirectories,
  type DirectoriesGateway,
} from "../support/directories.js";

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

/** Codes that the vendor does not document, one for each prefix. */
const INVENTED: readonly VendorError[] = [
  { code: "InvalidParameter.Name.Novel", httpStatus: 400 },
  { code: "MissingParameter.Novel", httpStatus: 400 },
  { code: "MissingNovel", httpStatus: 400 },
  { code: "LimitExceeded.Novel", httpStatus: 400 },
  { code: "Forbidden.Novel", httpStatus: 403 },
  { code: "Novel", httpStatus: 400 },
];

/** Expected error code of each documented vendor code, independent of the gateway's table. */
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
  operation: ContactOperation,
): ErrorCode {
  const [, family = ErrorCode.UPSTREAM_DENIED] =
    FAMILIES.find(([pattern]) => pattern.test(code)) ?? [];
  // After a server error, a change may have been carried out.
  const isAmbiguous =
    httpStatus >= 500 && family === ErrorCode.UPSTREAM_UNAVAILABLE;
  return isAmbiguous && OPERATIONS[operation].kind === "write"
    ? ErrorCode.OUTCOME_UNKNOWN
    : family;
}

/** One directory and one emulator each, so that sweeps can run in parallel. */
const sweeps = CONTACT_OPERATIONS.flatMap((operation, at) =>
  APIS.map((api) => ({
    operation,
    api,
    alias: `${api.name}-${at}`,
    title: `${operation} by ${api.name}`,
  })),
);

describe("every vendor error", () => {
  const emulators = new Map<string, RunningEmulator>();
  let running: DirectoriesGateway;

  beforeAll(async () => {
    for (const { alias } of sweeps) {
      emulators.set(alias, await startEmulator());
    }
    running = await startForDirectories(
      Object.fromEntries(
        [...emulators].map(([alias, { url }]) => [alias, url]),
      ),
      {
        // Conflicts are retried until the deadline. Bindings need 5 s of it.
        WRITE_DEADLINE_MS: "10000",
        READ_BACK_RESERVE_MS: "500",
        VERIFICATION_COOLDOWN_SECONDS: "0",
      },
    );
  }, 60_000);

  afterAll(async () => {
    // First the emulators: they must not outlive a gateway that did not start.
    await Promise.all([...emulators.values()].map((one) => one.stop()));
    await running.stop();
  });

  it.concurrent.each(sweeps)(
    "lands in its family: $title",
    async ({ operation, api, alias }) => {
      const emulator = emulators.get(alias);
      if (emulator === undefined) throw new Error("not started");
      const errors = [
        ...(DOCUMENTED.operations[actionOf(operation)] ?? []),
        ...DOCUMENTED.common,
        ...INVENTED,
      ];
      expect(errors.length).toBeGreaterThan(INVENTED.length);
      for (const error of errors) {
        if (isAbsence(error, operation)) continue;
        const response = await responseTo(
          { control: emulator.control, gatewayUrl: running.gateway.url, alias },
          operation,
          api,
          error,
        );
        const code = familyOf(error, operation);
        const shown = {
          vendor: error.code,
          code: response.code,
          ...seenBy(response),
        };
        expect(shown).toEqual({
          vendor: error.code,
          code,
          ...promised(api, operation, code, error),
        });
      }
    },
    120_000,
  );
});

/** On a read, a missing contact is a result and not an error; other tests cover it. */
function isAbsence(
  { code }: VendorError,
  operation: ContactOperation,
): boolean {
  return (
    code === "EntityNotExists.Contact" && OPERATIONS[operation].kind === "read"
  );
}

interface Target {
  readonly control: EmulatorControl;
  readonly gatewayUrl: string;
  /** Directory of the emulator that `control` controls. */
  readonly alias: string;
}

async function responseTo(
  { control, gatewayUrl, alias }: Target,
  operation: ContactOperation,
  api: Api,
  { code, httpStatus }: VendorError,
): Promise<ApiResponse> {
  const headers = { "x-resource-directory": alias };
  control.reset();
  await openPending(control, gatewayUrl, operation, headers);
  control.addFault({
    operation: actionOf(operation),
    effect: "error",
    code,
    httpStatus,
    message: "canary of the vendor's own words",
    times: null,
  });
  return api.call(gatewayUrl, operation, VALID_INPUTS[operation], headers);
}

interface Seen {
  readonly status: number;
  readonly isInPayload: boolean;
  readonly upstreamCode: string | null;
  readonly leaksVendorMessage: boolean;
}

/** What the error table specifies for a code over an API. */
function promised(
  api: Api,
  operation: ContactOperation,
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

function seenBy(response: ApiResponse): Seen {
  const text = JSON.stringify(response.body);
  const data = response.data as { errors?: unknown[] } | null;
  return {
    status: response.status,
    isInPayload: (data?.errors?.length ?? 0) > 0,
    upstreamCode: /"upstream":\{"code":"([^"]+)"/.exec(text)?.[1] ?? null,
    leaksVendorMessage: text.includes("canary"),
  };
}
