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
  address: "192.0.2.1",
  isGone: () => false,
};
const ADMITTED = { caller: CALLER, directory: "default", remaining: 5 };

function setUp(authorize: AccessControl["authorize"] = () => ADMITTED) {
  const settled: RequestContext[] = [];
  const ended: RequestContext[] = [];
  const intake = new AdmissionController(
    { maxInFlight: 0, maxDelayMs: 0 },
    { now: () => 0, stop: () => undefined },
  );
  const gate = {
    authorize,
    chargeUpstreamCalls: (context: RequestContext) => settled.push(context),
  } as unknown as AccessControl;
  const operations = new SocketOperations(
    gate,
    intake,
    { began: () => undefined, ended: (context) => ended.push(context) },
    new Logger({ LOG_LEVEL: "silent" }),
    "/graphql",
  );
  return { operations, intake, settled, ended };
}

describe("an operation over a WebSocket", () => {
  it("is admitted by the headers of the upgrade, raw ones included", async () => {
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

  it("counts as in work until it sends results, or ends", async () => {
    const { operations, intake } = setUp();
    const streaming = await operations.open(HEAD);
    const failing = await operations.open(HEAD);
    expect(intake.inFlight).toBe(2);
    streaming.streams();
    failing.end();
    expect(intake.inFlight).toBe(0);
    streaming.end();
    expect(intake.inFlight).toBe(0);
  });

  it("is refused while the gateway takes no requests, before the gate is asked", async () => {
    const { operations, intake } = setUp(() => {
      throw new Error("must not be asked");
    });
    await intake.close();
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
    "is refused, not rejected, when the gate throws %s",
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
    const { operations, settled, ended } = setUp();
    const operation = await operations.open(HEAD);
    operation.end();
    operation.end();
    expect([settled.length, ended.length]).toEqual([1, 1]);
  });
});
