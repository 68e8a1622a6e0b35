import { describe, expect, it } from "@jest/globals";
import { ErrorCode } from "../../../../src/errors/error-codes.js";
import { GatewayError } from "../../../../src/errors/gateway-error.js";
import { Logger } from "../../../../src/logging/logger.js";
import { runInOrder } from "../../../../src/message-contacts/bulk/run-in-order.js";
import { contextOf } from "../../../support/fake-upstream.js";

describe("runInOrder", () => {
  const options = {
    continuesAfter: () => true,
    isOutOfTime: () => false,
    logger: new Logger({ LOG_LEVEL: "silent" }),
    context: contextOf(),
  };

  it("starts no further item when time has run out", async () => {
    let checks = 0;
    const outcomes = await runInOrder(
      [1, 2, 3],
      (item) => Promise.resolve(item),
      {
        ...options,
        isOutOfTime: () => ++checks > 1,
      },
    );
    expect(outcomes).toEqual([
      { status: "DONE", value: 1 },
      { status: "NOT_ATTEMPTED" },
      { status: "NOT_ATTEMPTED" },
    ]);
  });

  it("reports an unexpected error as INTERNAL for its item and continues", async () => {
    const outcomes = await runInOrder(
      [1, 2],
      (item) =>
        item === 1
          ? Promise.reject(new TypeError("a bug"))
          : Promise.resolve(item),
      { ...options, continuesAfter: ({ code }) => code === ErrorCode.INTERNAL },
    );
    expect(outcomes).toEqual([
      { status: "FAILED", error: new GatewayError(ErrorCode.INTERNAL) },
      { status: "DONE", value: 2 },
    ]);
  });
});
