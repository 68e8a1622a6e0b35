import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import WebSocket from "ws";
import { readConfig } from "../../src/config/read-config.js";
import {
  startEmulator,
  type RunningEmulator,
} from "../../src/emulator/emulator.server.js";
import { startGateway, type ProbedGateway } from "../../src/gateway.js";
import { Logger } from "../../src/logging/logger.js";
import { APIS } from "../support/apis.js";
import { TOM } from "../support/emulator-fixture.js";
import { scraped } from "../support/metrics.js";
import { environmentFor } from "../support/running.js";
import {
  bearer,
  keysFor,
  newFolder,
  TestIssuer,
} from "../support/signed-in.js";
import { until } from "../support/until.js";

/** Failures of the key server, and the reported cause. */
const OUTAGES: Readonly<
  Record<string, readonly [(response: ServerResponse) => void, string]>
> = {
  "answers 500": [(response) => response.writeHead(500).end(), "status 500"],
  "cuts the connection": [
    (response) => response.socket?.destroy(),
    "UND_ERR_SOCKET",
  ],
  "never answers": [() => undefined, "timeout"],
  "answers with a page": [
    (response) =>
      response
        .setHeader("content-type", "text/html")
        .end("<title>Maintenance</title>"),
    "not JSON",
  ],
};

let issuer: TestIssuer;
let emulator: RunningEmulator;
let server: Server;
let gateway: ProbedGateway;
let lines: Record<string, unknown>[];
const folder = newFolder();
const { file, keys } = keysFor({ reader: { scopes: ["contacts:read"] } });

beforeEach(async () => {
  [issuer, emulator] = await Promise.all([
    TestIssuer.start(),
    startEmulator({ seed: "sample" }),
  ]);
  lines = [];
});

afterEach(async () => {
  await gateway.close();
  server.closeAllConnections();
  server.close();
  await Promise.all([issuer.stop(), emulator.stop()]);
});

/** Starts a gateway whose issuer uses this key server. */
async function start(
  answer: (response: ServerResponse) => void,
  environment: Readonly<Record<string, string>> = {},
): Promise<void> {
  server = createServer((_request, response) => answer(response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const config = readConfig({
    ...environmentFor(emulator.url),
    ...issuer.environment,
    LOG_LEVEL: "info",
    JWT_JWKS_URL: `http://127.0.0.1:${port}/jwks`,
    AUDIT_LOG: "none",
    ...environment,
  });
  const write = (line: string): void => {
    lines.push(JSON.parse(line) as (typeof lines)[0]);
  };
  gateway = await startGateway(config, new Logger(config, { write }));
}

const reports = (): typeof lines =>
  lines.filter(({ msg }) => msg === "an issuer's keys cannot be fetched");

async function readiness(): Promise<{ status: number; facts: object }> {
  const response = await fetch(`${gateway.opsUrl}/readyz`);
  return { status: response.status, facts: (await response.json()) as object };
}

describe.each(Object.entries(OUTAGES))(
  "a key server that %s",
  (_name, [answer, cause]) => {
    it("returns 503 for a valid token and charges no rate limit", async () => {
      await start(answer, {
        API_KEYS_FILE: folder.write("keys.json", file),
        // One failed authentication would use half of the limit.
        RATE_LIMIT_PER_ADDRESS_PER_MINUTE: "40",
      });
      const token = bearer(await issuer.token());
      for (const api of APIS) {
        for (let count = 0; count < 3; count += 1) {
          const input = { contactId: TOM };
          const { url } = gateway;
          const answered = await api.call(
            url,
            "getMessageContact",
            input,
            token,
          );
          expect(answered).toMatchObject({
            status: 503,
            code: "AUTHENTICATION_UNAVAILABLE",
          });
          const { headers } = answered;
          expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
          expect(headers.has("www-authenticate")).toBe(false);
          const served = await api.call(
            url,
            "getMessageContact",
            input,
            bearer(keys.reader),
          );
          expect(served.code).toBe("OK");
        }
      }
      const expired = bearer(await issuer.token({ exp: 1 }));
      const invalid = await fetch(`${gateway.url}/v1/message-contacts`, {
        headers: expired,
      });
      expect(invalid.status).toBe(401);
    });

    it("is reported by readiness, metrics and one log line; the gateway stays ready for API keys", async () => {
      await start(answer, { API_KEYS_FILE: folder.write("keys.json", file) });
      await until("the outage is known", () => reports().length > 0);
      expect(reports()).toMatchObject([
        { level: "error", issuer: issuer.issuer, cause },
      ]);
      expect(await readiness()).toMatchObject({
        status: 200,
        facts: {
          status: "ready",
          issuerKeys: `${issuer.issuer}: ${cause}; its tokens cannot be verified`,
        },
      });
      const samples = await scraped(gateway.opsUrl);
      expect(
        samples.get(
          `message_contacts_issuer_keys_failing{issuer="${issuer.issuer}"}`,
        ),
      ).toBe(1);
    });
  },
);

describe("while no token can be verified", () => {
  it("is not ready if only tokens are configured, and recovers without a request", async () => {
    let isDown = true;
    await start((response) => {
      if (isDown) response.writeHead(500).end();
      else response.end(JSON.stringify({ keys: issuer.publicKeys }));
    });
    await until(
      "it is not ready",
      async () => (await readiness()).status === 503,
    );
    isDown = false;
    // No request is sent.
    await until("it is ready", async () => (await readiness()).status === 200);
    expect(lines.map(({ msg }) => msg)).toContain(
      "an issuer's keys can be fetched again",
    );
    const response = await fetch(`${gateway.url}/v1/message-contacts`, {
      headers: bearer(await issuer.token()),
    });
    expect(response.status).toBe(200);
  });

  it("closes a WebSocket with 1013, so that clients reconnect", async () => {
    await start((response) => response.writeHead(500).end());
    const authorization = bearer(await issuer.token()).authorization;
    const socket = new WebSocket(
      `${gateway.url.replace("http", "ws")}/graphql`,
      "graphql-transport-ws",
    );
    await once(socket, "open");
    const payload = { authorization };
    socket.send(JSON.stringify({ type: "connection_init", payload }));
    const [code] = (await once(socket, "close")) as [number];
    expect(code).toBe(1013);
  });
});
