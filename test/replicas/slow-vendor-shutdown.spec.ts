import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import {
  startEmulator,
  type RunningEmulator,
} from "../../src/emulator/emulator.server.js";
import { REST } from "../support/apis.js";
import { TOM } from "../support/calls.js";
import { buildGateway, GatewayProcess } from "../support/gateway-process.js";
import { hasNginx, Nginx } from "../support/nginx.js";
import { hasRedisServer, RedisServer } from "../support/redis-server.js";
import { until } from "../support/until.js";

const HOUR_MS = 3_600_000;
const CHANGES = 8;
const READS = 4;

type Line = Readonly<Record<string, unknown>>;

/** A request behind the proxy, and what its client saw. */
interface Sent {
  readonly requestId: string;
  readonly name: string | null;
  /** The code of the gateway; `PROXY` for a response of nginx itself. */
  readonly seen: Promise<string>;
}

const describeHere = hasRedisServer() && hasNginx() ? describe : describe.skip;

describeHere.each([1, 2])(
  "a shutdown behind nginx while the vendor does not respond, with %s process(es)",
  (workers) => {
    let entry: string;
    let folder: string;
    let emulator: RunningEmulator;
    let redis: RedisServer;
    let nginx: Nginx;
    let gateway: GatewayProcess;

    beforeAll(() => {
      entry = buildGateway();
    }, 180_000);
    afterEach(async () => {
      await gateway.kill();
      await nginx.stop();
      await redis.kill();
      await emulator.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    const start = async (): Promise<void> => {
      folder = mkdtempSync(join(tmpdir(), "gateway-slow-"));
      emulator = await startEmulator({ settings: { callsPerSecond: null } });
      redis = await RedisServer.start();
      gateway = await GatewayProcess.start(entry, {
        UPSTREAM_ENDPOINT: emulator.url,
        REDIS_URL: redis.url,
        WEB_CONCURRENCY: String(workers),
        LOG_LEVEL: "info",
        AUDIT_LOG: join(folder, "audit.log"),
        DRAIN_SECONDS: "1",
        // The shortest deadlines, and so the shortest grace period, that are accepted.
        WRITE_DEADLINE_MS: "6000",
        WRITE_ATTEMPT_MS: "2000",
        READ_BACK_RESERVE_MS: "2000",
        READ_DEADLINE_MS: "5000",
        READ_ATTEMPT_MS: "2000",
      });
      nginx = await Nginx.start(`location / { proxy_pass ${gateway.url}; }`);
    };

    /** Sends changes and reads that the vendor carries out but never answers. */
    const sendAll = async (): Promise<Sent[]> => {
      emulator.control.addFault({
        effect: "delay",
        when: "after",
        ms: HOUR_MS,
        times: 1_000,
      });
      const change = (index: number): Sent => {
        const requestId = randomUUID();
        const name = `Neo${"abcdefgh"[index]}`;
        const seen = seenBy(
          REST.call(
            nginx.url,
            "addMessageContact",
            {
              name,
              emailAddress: `${name}@example.com`,
              title: "CEO",
              messageTypes: ["SERVICE_MESSAGE"],
            },
            { "x-request-id": requestId },
          ),
        );
        return { requestId, name, seen };
      };
      const read = (): Sent => {
        const requestId = randomUUID();
        const call = REST.call(
          nginx.url,
          "getMessageContact",
          { contactId: TOM },
          { "x-request-id": requestId },
        );
        return { requestId, name: null, seen: seenBy(call) };
      };
      const sent = [
        ...Array.from({ length: CHANGES }, (_, index) => change(index)),
        ...Array.from({ length: READS }, read),
      ];
      await until("the vendor has carried out a change", () =>
        emulator.control.calls().some(({ effects }) => effects > 0),
      );
      await until("all requests have arrived", async () => {
        const metrics = await (await fetch(`${gateway.opsUrl}/metrics`)).text();
        const [, count] =
          /^message_contacts_requests_in_work (\d+)/m.exec(metrics) ?? [];
        return Number(count) === sent.length;
      });
      return sent;
    };

    const executedNames = (): Set<unknown> =>
      new Set(
        emulator.control
          .calls()
          .filter(
            ({ executed, action }) => executed && action?.startsWith("Add"),
          )
          .map(({ params }) => params["Name"]),
      );
    const audit = (): Line[] =>
      linesOf(readFileSync(join(folder, "audit.log"), "utf8"));
    const events = (event: string): Line[] =>
      linesOf(gateway.output).filter((line) => line["event"] === event);

    it("answers every accepted request truthfully within the grace period", async () => {
      await start();
      const sent = await sendAll();
      gateway.send("SIGTERM");
      const codes = await Promise.all(sent.map(({ seen }) => seen));
      expect(await gateway.ended).toEqual({ code: 0, signal: null });
      // No response of nginx itself: the gateway has answered every request.
      expect(codes).not.toContain("PROXY");
      const executed = executedNames();
      const lines = audit();
      for (const [index, { requestId, name }] of sent.entries()) {
        const code = codes[index];
        if (name === null) expect(code).toBe("UPSTREAM_UNAVAILABLE");
        else {
          if (code === "OK") expect(executed).toContain(name);
          else if (code !== "OUTCOME_UNKNOWN") {
            expect(executed).not.toContain(name);
          }
          const [line] = lines.filter((one) => one["requestId"] === requestId);
          expect([name, line?.["outcome"]]).toEqual([name, code]);
        }
      }
      expect(codes).toContain("OUTCOME_UNKNOWN");
      const stops = events("stop");
      expect(stops).toHaveLength(workers === 1 ? 1 : workers + 1);
      for (const line of stops) expect(line["outcome"]).toBe("graceful");
    }, 90_000);

    it("records every change that a forced exit cuts off, and no client sees a success", async () => {
      await start();
      const sent = await sendAll();
      gateway.send("SIGTERM");
      await until(
        "all processes are stopping",
        () => events("drain").length === (workers === 1 ? 1 : workers + 1),
      );
      gateway.send("SIGTERM");
      const codes = await Promise.all(sent.map(({ seen }) => seen));
      expect(await gateway.ended).toEqual({ code: 1, signal: null });
      expect(codes).not.toContain("OK");
      const lines = audit();
      const cutOff: string[] = [];
      for (const [index, { requestId, name }] of sent.entries()) {
        if (name === null) continue;
        const own = lines.filter((one) => one["requestId"] === requestId);
        expect([name, own.length]).toEqual([name, 1]);
        if (codes[index] !== "PROXY") continue;
        // The client saw no response of the gateway.
        cutOff.push(requestId);
        expect(own[0]).toMatchObject({
          type: "audit",
          outcome: "OUTCOME_UNKNOWN",
        });
      }
      expect(cutOff.length).toBeGreaterThan(0);
      const logged = events("change-cut-off");
      expect(logged.map((line) => line["requestId"]).sort()).toEqual(
        cutOff.sort(),
      );
      const stops = events("stop");
      expect(stops).toHaveLength(workers === 1 ? 1 : workers + 1);
      const counts = stops.map((line) => Number(line["requestsCutOff"] ?? 0));
      const unanswered = codes.filter((code) => code === "PROXY").length;
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(unanswered);
      for (const line of stops) expect(line["outcome"]).toBe("forced");
    }, 90_000);
  },
);

/** The code of a response; `PROXY` if the gateway sent none. */
function seenBy(call: ReturnType<typeof REST.call>): Promise<string> {
  // nginx responds with a page, which is not JSON.
  return call.then(
    ({ code }) => code,
    () => "PROXY",
  );
}

function linesOf(text: string): Line[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line);
}
