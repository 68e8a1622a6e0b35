import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "@jest/globals";
import type { Dispatcher } from "undici";
import { UpstreamTransport } from "../../../../src/upstream/transport/transport.js";

type Controller = Dispatcher.DispatchController;

/** A transport whose calls fail with this code. */
function failingWith(code: string, hasStarted: boolean): UpstreamTransport {
  const dispatch: Dispatcher["dispatch"] = (_options, handler) => {
    const controller = { abort: () => undefined } as unknown as Controller;
    if (hasStarted) handler.onRequestStart?.(controller, {});
    const error = Object.assign(new Error("stub"), { code });
    handler.onResponseError?.(controller, error);
    return true;
  };
  const transport = new UpstreamTransport("http://127.0.0.1:1");
  return Object.assign(transport, { pool: { dispatch } });
}

const CODES = ["EHOSTUNREACH", "ENETUNREACH", "ECONNREFUSED", "ECONNRESET"];

describe("a call that fails", () => {
  it.each(CODES)(
    "may have been sent if %s occurs on an established connection",
    async (code) => {
      await expect(
        failingWith(code, true).post("a=b", 1_000),
      ).rejects.toMatchObject({ wasSent: true, reason: code });
    },
  );

  it.each(CODES)(
    "was not sent if %s occurs before the connection is established",
    async (code) => {
      await expect(
        failingWith(code, false).post("a=b", 1_000),
      ).rejects.toMatchObject({ wasSent: false, reason: code });
    },
  );

  it.each([false, true])(
    "was not sent if the connection is refused (fresh connection: %s)",
    async (fresh) => {
      const server = createServer();
      await new Promise<void>((resolve) =>
        server.listen(0, "127.0.0.1", resolve),
      );
      const { port } = server.address() as AddressInfo;
      await new Promise((resolve) => server.close(resolve));
      const transport = new UpstreamTransport(`http://127.0.0.1:${port}`);
      await expect(transport.post("a=b", 5_000, fresh)).rejects.toMatchObject({
        wasSent: false,
        reason: "ECONNREFUSED",
      });
      await transport.close();
    },
  );
});
