import { describe, expect, it } from "@jest/globals";
import type { AccessControl } from "../../../../src/access/access-control.js";
import { callerWith } from "../../../../src/context/caller.js";
import type { RequestContext } from "../../../../src/context/request-context.js";
import { ErrorCode } from "../../../../src/errors/error-codes.js";
import { GatewayError } from "../../../../src/errors/gateway-error.js";
import { AdmissionController } from "../../../../src/http/load-shedding.js";
import { SocketOperations } from "../../../../src/graphql/subscriptions/socket-operations.js";
import { Logger } from "../../../../src/logging/logger.js";

const CALLER = callerWith("reader", ["contacts:read"], ["default"]);
const HEAD = {
  headers: { host: "127.0.0.1" },
  rawHeaders: ["Host", "127.0.0.1"],
  view: { address: "192.0.2.1", scheme: null, host: "127.0.0.1", linkBase: "" },
  isGone: () => false,
};
const ADMITTED = { caller: CALLER, directory: "default", remaining: 5 };

function setUp(authorize: AccessControl["authorize"] = () => ADMITTED) {
  const charged: RequestContext[] = [];
  const ended: RequestContext[] = [];
  const admission = new AdmissionController(
    { maxInFlight: 0, maxDelayMs: 0 },
    { now: () => 0, stop: () => undefined },
  );
  const accessControl = {
    authorize,
    chargeUpstreamCalls: (context: RequestContext) => charged.push(context),
  } as unknown as AccessControl;
  const operations = new SocketOperations(
    accessControl,
    admission,
    {
      startTrace: () => undefined,
      recordOperation: (context) => ended.push(context),
    },
    new Logger({ LOG_LEVEL: "silent" }),
    "/graphql",
  );
  return { operations, admission, charged, ended };
}

describe("an operation over a WebSocket", () => {
  it("is authorized from the headers and raw headers of the upgrade", async () => {
    const seen: unknown[] = [];
    const { operations } = setUp((incoming) => {
      seen.push(incoming);
      return ADMITTED;
    });
    const { refusal, context } = await operations.open(HEAD);
    expect(refusal).toBeNull();
    expect(context).toMatchObject({ caller: CALLER, directory: "default" });
    expect(seen).toMatchObject([
      { headers: HEAD.headers, rawHeaders: HEAD.rawHeaders, rights: "fields" },
    ]);
  });

  it("is in flight until it streams results or ends", async () => {
    const { operations, admission } = setUp();
    const streaming = await operations.open(HEAD);
    const failing = await operations.open(HEAD);
    expect(admission.inFlight).toBe(2);
    streaming.streams();
    failing.end();
    expect(admission.inFlight).toBe(0);
    streaming.end();
    expect(admission.inFlight).toBe(0);
  });

  it("is refused with GATEWAY_BUSY, before authorization, when admission is closed", async () => {
    const { operations, admission } = setUp(() => {
      throw new Error("must not be called");
    });
    await admission.close();
    const { refusal } = await operations.open(HEAD);
    expect(refusal).toMatchObject({
      code: ErrorCode.GATEWAY_BUSY,
      details: { retryAfterSeconds: 1 },
    });
  });

  it.each([
    [new GatewayError(ErrorCode.RATE_LIMITED), ErrorCode.RATE_LIMITED],
    [
      Object.assign(new Error("misdirected"), { statusCode: 421 }),
      ErrorCode.BAD_REQUEST,
    ],
    [new Error("bug"), ErrorCode.INTERNAL],
  ])(
    "resolves with a refusal when access control throws %s",
    async (error, code) => {
      const { operations } = setUp(() => {
        throw error;
      });
      const { refusal, context } = await operations.open(HEAD);
      expect(refusal?.code).toBe(code);
      expect(context.usage.failureCode).toBe(code);
    },
  );

  it("is charged and counted once", async () => {
    const { operations, charged, ended } = setUp();
    const operation = await operations.open(HEAD);
    operation.end();
    operation.end();
    expect([charged.length, ended.length]).toEqual([1, 1]);
  });
});
