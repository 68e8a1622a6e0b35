import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { ErrorCode } from "../../src/errors/error-codes.js";
import { hostileRequests } from "../support/hostile.js";
import { send, type RawAnswer, type RawRequest } from "../support/raw-http.js";
import { startBoth, type Running } from "../support/running.js";

let running: Running;

beforeAll(async () => {
  running = await startBoth({ seed: "sample" });
});

afterAll(() => running.stop());

const CODES: ReadonlySet<unknown> = new Set(Object.values(ErrorCode));

interface Body {
  code?: unknown;
  data?: Record<string, { errors?: { code?: unknown }[] } | null> | null;
  errors?: { extensions?: { code?: unknown } }[];
}

/** Error code of a response in any of its three formats; null without one. */
function codeOf({ text }: RawAnswer): unknown {
  const body = JSON.parse(text) as Body;
  if (body.errors !== undefined && body.code === undefined) {
    return body.errors[0]?.extensions?.code;
  }
  const [payload] = Object.values(body.data ?? {});
  return body.code ?? payload?.errors?.[0]?.code ?? null;
}

function faultOf(answer: RawAnswer, { method }: RawRequest): string | null {
  const { status, headers, text } = answer;
  if (status >= 500) return `status ${status}`;
  if (headers["x-injected"] !== undefined) return "a header was injected";
  if (/\bat .+\.[jt]s:\d+|node_modules|ECONN/.test(text)) return "internals";
  if (text === "" && (method === "HEAD" || status === 400)) return null;
  try {
    const code = codeOf(answer);
    return CODES.has(code) ? null : `untyped: ${text.slice(0, 120)}`;
  } catch {
    return `no JSON: ${status} ${text.slice(0, 120)}`;
  }
}

describe("hostile requests", () => {
  const corpus = hostileRequests();

  it("are more than 300 distinct requests", () => {
    const written = corpus.map((one) => JSON.stringify({ ...one, name: "" }));
    expect(new Set(written).size).toBeGreaterThan(300);
  });

  it(`all ${corpus.length} get a typed error and cause no upstream call`, async () => {
    const { control } = running.emulator;
    const faults: string[] = [];
    control.clearCalls();
    let calls = 0;
    for (const one of corpus) {
      try {
        const answer = await send(running.gateway.url, one);
        const fault = faultOf(answer, one);
        if (fault !== null) faults.push(`${one.name}: ${fault}`);
      } catch (error) {
        faults.push(`${one.name}: ${String(error)}`);
      }
      if (control.calls().length > calls) {
        calls = control.calls().length;
        faults.push(`${one.name}: reached the vendor`);
      }
    }
    expect(faults).toEqual([]);
    expect(calls).toBe(0);
  }, 120_000);

  it("leave the gateway working", async () => {
    const response = await fetch(`${running.gateway.url}/v1/message-contacts`);
    expect(response.status).toBe(200);
    expect(({} as Record<string, unknown>)["admin"]).toBeUndefined();
  });
});
