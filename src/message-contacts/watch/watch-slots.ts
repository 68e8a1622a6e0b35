import { Injectable } from "@nestjs/common";
import { ErrorCode } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";

/** Maximum number of concurrent watches per caller, over all APIs. */
export const WATCHES_PER_CALLER = 50;

/** Longest pause between two polls; after it, a watch may have ended. */
const RETRY_SECONDS = 30;

/** Limits the watches of each caller in this process. */
@Injectable()
export class WatchSlots {
  private readonly byCaller = new Map<string, number>();

  /**
   * Returns a function that releases the slot.
   *
   * @throws {GatewayError} RATE_LIMITED when the caller has too many watches
   */
  acquire(callerId: string): () => void {
    const count = this.byCaller.get(callerId) ?? 0;
    if (count >= WATCHES_PER_CALLER) {
      throw new GatewayError(ErrorCode.RATE_LIMITED, {
        limit: WATCHES_PER_CALLER,
        retryAfterSeconds: RETRY_SECONDS,
        reason: "watch-limit",
        problem: {
          en: `You already watch ${WATCHES_PER_CALLER} contacts, which is the limit per caller.`,
          zh: `您正在监听的联系人已达单个调用方的上限：${WATCHES_PER_CALLER} 个。`,
        },
        advice: {
          en: "Close a stream that you no longer need, or read the status after the given delay.",
          zh: "请关闭不再需要的事件流，或在指定时间后查询状态。",
        },
      });
    }
    this.byCaller.set(callerId, count + 1);
    return () => {
      const left = (this.byCaller.get(callerId) ?? 1) - 1;
      if (left === 0) this.byCaller.delete(callerId);
      else this.byCaller.set(callerId, left);
    };
  }
}
