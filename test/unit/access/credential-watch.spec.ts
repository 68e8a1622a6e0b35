import { describe, expect, it } from "@jest/globals";
import {
  CHECK_EVERY_MS,
  CredentialWatch,
} from "../../../src/access/credential-watch.js";
import type { Headers } from "../../../src/access/credential.js";
import {
  callerWith,
  SCOPES,
  type Caller,
  type Scope,
} from "../../../src/context/caller.js";
import { ErrorCode } from "../../../src/errors/error-codes.js";
import { GatewayError } from "../../../src/errors/gateway-error.js";
import type { RefusalReason } from "../../../src/errors/refusal-reasons.js";
import { settled } from "../../support/fake-upstream.js";

const HEADERS = { authorization: "Bearer mcg_key" };

const callerOf = (
  scopes: readonly Scope[] = SCOPES,
  directories: readonly string[] = ["main", "second"],
  expiresAtMs?: number,
): Caller => callerWith("reader", scopes, directories, expiresAtMs);

type Verified = Caller | RefusalReason | Promise<Caller | RefusalReason>;

function setUp(verify: (headers: Headers) => Verified) {
  let run: (() => void) | null = null;
  const asked: Headers[] = [];
  const pauses: number[] = [];
  const clock = { nowMs: 0 };
  const watch = new CredentialWatch(
    {
      callerOf: (headers) => {
        asked.push(headers);
        return verify(headers);
      },
    },
    (check, ms) => {
      pauses.push(ms);
      run = check;
      return () => {
        run = null;
      };
    },
    () => clock.nowMs,
  );
  return {
    watch,
    asked,
    pauses,
    clock,
    isRunning: () => run !== null,
    check: async () => {
      run?.();
      await settled();
    },
  };
}

function open(
  watch: CredentialWatch,
  caller: Caller,
  headers: Headers = HEADERS,
) {
  const codes: ErrorCode[] = [];
  const forget = watch.add({
    headers,
    caller,
    end: ({ code }) => codes.push(code),
  });
  return { codes, forget };
}

describe("CredentialWatch", () => {
  const admitted = callerOf();

  it.each<[string, () => Verified, readonly ErrorCode[]]>([
    ["keeps a connection whose caller is unchanged", () => admitted, []],
    [
      "keeps a connection whose caller gained a right",
      () => callerOf(SCOPES, ["main", "second", "third"]),
      [],
    ],
    [
      "ends a connection whose credential is no longer valid",
      () => "revoked-key",
      [ErrorCode.UNAUTHENTICATED],
    ],
    [
      "ends a connection whose caller lost a scope",
      () => callerOf(["contacts:write"]),
      [ErrorCode.FORBIDDEN],
    ],
    [
      "ends a connection whose caller lost a directory",
      () => callerOf(SCOPES, ["main"]),
      [ErrorCode.FORBIDDEN],
    ],
    [
      "ends a connection whose credential now belongs to another caller",
      () => callerWith("other", SCOPES, ["main", "second"]),
      [ErrorCode.FORBIDDEN],
    ],
    [
      "ends a connection whose token is verified later",
      () => Promise.resolve("expired-token"),
      [ErrorCode.UNAUTHENTICATED],
    ],
    [
      "keeps a connection whose credential cannot be verified",
      () =>
        Promise.reject(new GatewayError(ErrorCode.AUTHENTICATION_UNAVAILABLE)),
      [],
    ],
    [
      "keeps a connection when verifying throws",
      () => {
        throw new GatewayError(ErrorCode.AUTHENTICATION_UNAVAILABLE);
      },
      [],
    ],
  ])("%s", async (_title, verify, expected) => {
    const { watch, check } = setUp(verify);
    const { codes } = open(watch, admitted);
    await check();
    expect(codes).toEqual(expected);
  });

  it("ends a connection when its credential expires while it cannot be verified", async () => {
    const { watch, check, clock } = setUp(() => Promise.reject(new Error()));
    const { codes } = open(watch, callerOf(SCOPES, ["main"], 1_000));
    clock.nowMs = 999;
    await check();
    expect(codes).toEqual([]);
    clock.nowMs = 1_000;
    await check();
    expect(codes).toEqual([ErrorCode.UNAUTHENTICATED]);
  });

  it("ends a connection when its credential expires while a verification hangs, and starts no second one", async () => {
    const { watch, check, clock, asked } = setUp(() => new Promise(() => {}));
    const { codes } = open(watch, callerOf(SCOPES, ["main"], 1_000));
    await check();
    clock.nowMs = 1_000;
    await check();
    expect(codes).toEqual([ErrorCode.UNAUTHENTICATED]);
    expect(asked).toHaveLength(1);
  });

  it("verifies a credential once for all of its connections, without other headers", async () => {
    const { watch, check, asked } = setUp(() => admitted);
    open(watch, admitted, { ...HEADERS, cookie: "a" });
    open(watch, admitted, { ...HEADERS, cookie: "b" });
    open(watch, admitted, { "x-api-key": "mcg_other" });
    await check();
    expect(asked).toEqual([
      { authorization: "Bearer mcg_key", "x-api-key": undefined },
      { authorization: undefined, "x-api-key": "mcg_other" },
    ]);
  });

  it("calls `end` at each check until the connection is removed", async () => {
    const { watch, check } = setUp(() => "revoked-key");
    const { codes, forget } = open(watch, admitted);
    await check();
    await check();
    forget();
    await check();
    expect(codes).toHaveLength(2);
  });

  it("checks every two seconds, and only while a connection is open", () => {
    const { watch, pauses, isRunning } = setUp(() => admitted);
    const [one, two] = [open(watch, admitted), open(watch, admitted)];
    expect([pauses, watch.size]).toEqual([[CHECK_EVERY_MS], 2]);
    one.forget();
    expect(isRunning()).toBe(true);
    two.forget();
    two.forget();
    expect([isRunning(), watch.size]).toEqual([false, 0]);
    open(watch, admitted);
    expect(isRunning()).toBe(true);
  });
});
