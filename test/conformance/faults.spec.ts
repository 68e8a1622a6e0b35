import { Agent } from "node:http";
import { connect } from "node:net";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "@jest/globals";
import { FAULT_EFFECTS } from "../../src/emulator/faults/fault-kinds.js";
import type { FaultInput } from "../../src/emulator/faults/faults.js";
import type { RunningEmulator } from "../../src/emulator/emulator.server.js";
import {
  call,
  callV1,
  send,
  type CallOptions,
  type RawAnswer,
} from "../support/emulator-client.js";
import { NEW_CONTACT, TOM, withEmulator } from "../support/emulator-fixture.js";

const ADD = "AddMessageContact";

/** Provides a call that adds a contact while one fault is scripted. */
async function adding(
  fault: FaultInput,
  check: (
    emulator: RunningEmulator,
    add: (options?: CallOptions) => Promise<RawAnswer>,
  ) => Promise<void>,
): Promise<void> {
  await withEmulator({ seed: "empty" }, async (emulator) => {
    emulator.control.addFault({ operation: ADD, ...fault });
    await check(emulator, (options) =>
      callV1(emulator.url, ADD, NEW_CONTACT, options),
    );
    const [entry] = emulator.control.calls();
    expect(entry?.fault).toBe(fault.effect);
  });
}

async function contactCount({ url }: RunningEmulator): Promise<unknown> {
  return (await call(url, "ListMessageContacts")).json["TotalCount"];
}

const body = ({ text }: RawAnswer) =>
  JSON.parse(text) as Record<string, unknown>;

/** Sends a call over a raw socket and reads up to `limit` bytes of the response. */
async function firstBytes(
  { port }: RunningEmulator,
  options: { limit: number },
): Promise<string> {
  const form = await signedForm();
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(port, "127.0.0.1", () => {
      socket.write(
        `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${form.length}\r\n\r\n${form}`,
      );
    });
    socket.on("error", reject);
    socket.on("data", (bytes) => {
      text += bytes.toString("latin1");
      if (text.length >= options.limit) socket.destroy();
    });
    socket.on("close", () => resolve(text));
  });
}

/** A signed form with a nonce that is new to the emulator under test. */
async function signedForm(): Promise<string> {
  let form = "";
  await withEmulator({}, async ({ url, control }) => {
    let signature = "";
    await callV1(url, ADD, NEW_CONTACT, {
      signature: (right) => (signature = right),
    });
    const sent = { ...control.calls()[0]?.params, Signature: signature };
    form = new URLSearchParams(sent).toString();
  });
  return form;
}

describe("effects with a response", () => {
  it.each<[FaultInput, number, string | undefined]>([
    [{ effect: "error" }, 500, "InternalError"],
    [{ effect: "error", code: "NoPermission" }, 403, "NoPermission"],
    [{ effect: "error", code: "Odd", httpStatus: 418 }, 418, "Odd"],
    [{ effect: "status503" }, 503, "ServiceUnavailable"],
    [{ effect: "throttle" }, 400, "Throttling.User"],
    [{ effect: "noCode" }, 500, undefined],
    [{ effect: "emptyObject" }, 200, undefined],
  ])("%j returns %i %s and changes nothing", async (fault, status, code) => {
    await adding(fault, async (emulator, add) => {
      const answer = await add();
      expect([answer.status, body(answer)["Code"]]).toEqual([status, code]);
      expect(await contactCount(emulator)).toBe(0);
      expect(emulator.control.calls()[0]).toMatchObject({
        executed: false,
        effects: 0,
        verdict: code ?? null,
      });
    });
  });

  it("are applied after the action with `when: after`", async () => {
    await adding(
      { effect: "status503", when: "after" },
      async (emulator, add) => {
        expect((await add()).status).toBe(503);
        expect(await contactCount(emulator)).toBe(1);
        expect(emulator.control.calls()[0]).toMatchObject({
          executed: true,
          effects: 1,
          verdict: "ServiceUnavailable",
        });
      },
    );
  });

  it("throttle returns the wait", async () => {
    await adding({ effect: "throttle", ms: 1_500 }, async (_emulator, add) => {
      expect((await add()).headers["x-acs-retry-after"]).toBe("1500");
    });
  });

  it("html returns an HTML page with 502", async () => {
    await adding({ effect: "html" }, async (_emulator, add) => {
      const { status, headers, text } = await add();
      expect([status, headers["content-type"]]).toEqual([502, "text/html"]);
      expect(text).toContain("<html>");
    });
  });

  it("empty returns 200 without a body", async () => {
    await adding({ effect: "empty" }, async (_emulator, add) => {
      const { status, headers, text } = await add();
      expect([status, headers["content-length"], text]).toEqual([200, "0", ""]);
    });
  });

  it.each(["before", "after"] as const)(
    "badJson %s the action returns truncated JSON",
    async (when) => {
      await adding({ effect: "badJson", when }, async (emulator, add) => {
        const answer = await add();
        expect(answer.status).toBe(200);
        expect(() => body(answer)).toThrow(SyntaxError);
        expect(await contactCount(emulator)).toBe(when === "after" ? 1 : 0);
      });
    },
  );

  it("wrongShape returns members of other types", async () => {
    await adding({ effect: "wrongShape" }, async (_emulator, add) => {
      expect(body(await add())).toEqual({
        RequestId: expect.any(String),
        Contact: [],
      });
    });
  });

  it("wrongShape changes RequestId if there is no other member", async () => {
    await withEmulator({}, async ({ url, control }) => {
      control.addFault({ effect: "wrongShape", times: 2 });
      const update = { ContactId: TOM };
      const { json } = await call(url, "UpdateMessageContact", update);
      expect(json).toEqual({ RequestId: 7 });
      expect((await call(url, "ListMessageContacts")).json).toMatchObject({
        TotalCount: "none",
        Contacts: "none",
      });
    });
  });

  it("protoKey adds a __proto__ member", async () => {
    await adding({ effect: "protoKey" }, async (_emulator, add) => {
      const answer = await add();
      expect(answer.text).toContain('"__proto__":{');
      expect(body(answer)).toHaveProperty("Contact.ContactId");
    });
  });

  it("wrongId returns the id of another contact", async () => {
    await withEmulator({}, async ({ url, control }) => {
      control.addFault({ effect: "wrongId" });
      const { json } = await call(url, "GetMessageContact", { ContactId: TOM });
      const { ContactId, Name } = json["Contact"] as Record<string, string>;
      expect(Name).toBe("tom");
      expect(ContactId).not.toBe(TOM);
    });
  });

  it("xml returns XML although JSON was requested", async () => {
    await adding({ effect: "xml" }, async (_emulator, add) => {
      const { headers, text } = await add();
      expect(headers["content-type"]).toContain("xml");
      expect(text).toContain("<AddMessageContactResponse>");
    });
  });

  it("gzip returns a compressed body that was not requested", async () => {
    await adding({ effect: "gzip" }, async (_emulator, add) => {
      const { headers, bytes } = await add();
      expect(headers["content-encoding"]).toBe("gzip");
      expect(gunzipSync(bytes).toString()).toContain('"ContactId"');
    });
  });

  it("huge returns more than 10 MB of JSON", async () => {
    await adding({ effect: "huge" }, async (_emulator, add) => {
      const { bytes } = await add();
      expect(bytes.length).toBeGreaterThan(10_000_000);
      expect(bytes.subarray(0, 12).toString()).toBe('{"RequestId"');
      expect(bytes.subarray(-2).toString()).toBe('"}');
    });
  });

  it("gzipBomb returns a small body that decompresses to a large one", async () => {
    await adding(
      { effect: "gzipBomb", bytes: 20_000_000 },
      async (_emulator, add) => {
        const { bytes } = await add();
        expect(bytes.length).toBeLessThan(100_000);
        expect(gunzipSync(bytes).length).toBeGreaterThan(20_000_000);
      },
    );
  });

  it("clockSkew shifts the timestamp window and the Date header together", async () => {
    await adding(
      { effect: "clockSkew", ms: -20 * 60_000 },
      async (emulator, add) => {
        const answer = await add();
        expect(body(answer)["Code"]).toBe("InvalidTimeStamp.Expired");
        const serverTime = Date.parse(answer.headers.date ?? "");
        emulator.control.addFault({ effect: "clockSkew", ms: -20 * 60_000 });
        expect((await add({ at: serverTime })).status).toBe(200);
        expect(body(await add())["Code"]).toBe(
          "InvalidParameter.Name.AlreadyUsed",
        );
      },
    );
  });
});

describe("effects on the connection", () => {
  it.each(["before", "after"] as const)(
    "reset %s the action causes ECONNRESET",
    async (when) => {
      await adding({ effect: "reset", when }, async (emulator, add) => {
        await expect(add()).rejects.toMatchObject({ code: "ECONNRESET" });
        expect(await contactCount(emulator)).toBe(when === "after" ? 1 : 0);
        expect(emulator.control.calls()[0]?.verdict).toBe(
          when === "after" ? "ok" : null,
        );
      });
    },
  );

  it.each(["before", "after"] as const)(
    "cutBody %s the action ends the response early",
    async (when) => {
      await adding({ effect: "cutBody", when }, async (emulator, add) => {
        await expect(add()).rejects.toMatchObject({ code: "ECONNRESET" });
        expect(await contactCount(emulator)).toBe(when === "after" ? 1 : 0);
      });
    },
  );

  it("cutBody sends half of its Content-Length", async () => {
    await adding({ effect: "cutBody", when: "after" }, async (emulator) => {
      const text = await firstBytes(emulator, { limit: Infinity });
      const [head = "", sent = ""] = text.split("\r\n\r\n");
      const promised = Number(/content-length: (\d+)/i.exec(head)?.[1]);
      expect(head).toContain("200 OK");
      expect(sent.length).toBe(Math.floor(promised / 2));
    });
  });

  it("resetOnReuse leaves new connections alone and resets a reused one before the action", async () => {
    await adding({ effect: "resetOnReuse" }, async (emulator, add) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const list = () =>
        call(emulator.url, "ListMessageContacts", {}, { agent });
      expect((await list()).status).toBe(200);
      emulator.control.clearCalls();
      await expect(add({ agent })).rejects.toMatchObject({
        code: "ECONNRESET",
      });
      expect(emulator.control.calls()[0]).toMatchObject({ executed: false });
      expect((await add({ agent })).status).toBe(200);
      agent.destroy();
      emulator.control.addFault({ effect: "resetOnReuse" });
      expect(await contactCount(emulator)).toBe(1);
    });
  });

  it("trickle sends the correct response in small pieces", async () => {
    await adding(
      { effect: "trickle", ms: 0, bytes: 7 },
      async (_emulator, add) => {
        expect(body(await add())).toHaveProperty("Contact");
      },
    );
    await adding({ effect: "trickle", ms: 3_600_000 }, async (emulator) => {
      const text = await firstBytes(emulator, { limit: 0 });
      const [head, sent] = text.split("\r\n\r\n");
      expect(head).toContain("200 OK");
      expect((sent ?? "").length).toBeLessThan(2);
      emulator.control.advanceClock(3_600_000);
    });
  });

  it("slowClose sends no length and closes the connection after the delay", async () => {
    await adding(
      { effect: "slowClose", ms: 3_600_000 },
      async (emulator, add) => {
        let hasEnded = false;
        const answer = add().then((whole) => {
          hasEnded = true;
          return whole;
        });
        while ((await contactCount(emulator)) === 0);
        expect(hasEnded).toBe(false);
        emulator.control.advanceClock(3_600_000);
        const { headers, text } = await answer;
        expect(headers["content-length"]).toBeUndefined();
        expect(headers["transfer-encoding"]).toBeUndefined();
        expect(headers.connection).toBe("close");
        expect(JSON.parse(text)).toHaveProperty("Contact");
      },
    );
  });
});

describe("effects in time", () => {
  it.each([
    ["before", 0],
    ["after", 1],
  ] as const)(
    "delay %s the action waits for the clock",
    async (when, count) => {
      await adding(
        { effect: "delay", when, ms: 3_600_000 },
        async (emulator, add) => {
          emulator.control.changeSettings({ timestampClock: "source" });
          const answer = add();
          while (emulator.control.calls()[0]?.fault !== "delay") {
            await send(emulator.url, "GET", "/_emulator/clock", "");
          }
          expect(await contactCount(emulator)).toBe(count);
          emulator.control.advanceClock(3_600_000);
          expect((await answer).status).toBe(200);
          expect(await contactCount(emulator)).toBe(1);
        },
      );
    },
  );

  it("delay also ends by the real timer", async () => {
    await adding({ effect: "delay", ms: 1 }, async (_emulator, add) => {
      expect((await add()).status).toBe(200);
    });
  });

  it("hang never responds", async () => {
    await adding({ effect: "hang", when: "after" }, async (emulator, add) => {
      const failed = expect(add()).rejects.toThrow(/hang up|ECONNRESET/);
      while ((await contactCount(emulator)) === 0);
      await emulator.stop();
      await failed;
    });
  });
});

describe("a fault", () => {
  it("applies after the checks of the API gateway, so that a wrong signature does not consume it", async () => {
    await withEmulator({}, async ({ url, control }) => {
      control.addFault({ effect: "html" });
      const get = (options?: CallOptions) =>
        callV1(url, "GetMessageContact", { ContactId: TOM }, options);
      expect((await get({ signature: () => "wrong" })).status).toBe(400);
      expect((await get()).status).toBe(502);
      expect((await get()).status).toBe(200);
    });
  });

  it("applies by operation, skip and times", async () => {
    await withEmulator({}, async ({ url, control }) => {
      control.addFault({
        effect: "error",
        operation: "GetMessageContact",
        code: "ServiceUnavailable",
        skip: 1,
        times: 2,
      });
      const status = async (action: string) =>
        (await callV1(url, action, { ContactId: TOM })).status;
      expect(await status("ListMessageContacts")).toBe(200);
      const statuses = [];
      for (let sent = 0; sent < 4; sent += 1) {
        statuses.push(await status("GetMessageContact"));
      }
      expect(statuses).toEqual([200, 503, 503, 200]);
    });
  });

  it.each(FAULT_EFFECTS)(
    "does not affect the next call, even if the client disconnected: %s",
    async (effect) => {
      await withEmulator({ seed: "empty" }, async (emulator) => {
        const { url, control } = emulator;
        control.addFault({ effect, operation: ADD, ms: 1 });
        if (effect !== "hang") {
          await firstBytes(emulator, { limit: 1 }).catch(() => undefined);
        }
        control.clearFaults();
        expect((await call(url, "ListMessageContacts")).status).toBe(200);
      });
    },
  );
});
