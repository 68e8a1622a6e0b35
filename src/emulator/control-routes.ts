import type { IncomingMessage, ServerResponse } from "node:http";
import type { EmulatorControl } from "./control.js";
import {
  readAccessKeyId,
  readAdvance,
  readDeletionRule,
  readFault,
  readFaultId,
  readKey,
  readSnapshot,
  readVerificationChoice,
} from "./control-input.js";
import {
  DEFAULT_FIGURES,
  FAULT_EFFECTS,
  FAULT_MOMENTS,
} from "./fault-kinds.js";
import { ControlInputError, objectWith } from "./json-input.js";
import { readBody } from "./rpc-params.js";
import { sendBytes } from "./rpc-response.js";
import { readSeed } from "./seed-input.js";
import { describeSettings, type EmulatorSettings } from "./settings.js";

const PREFIX = "/_emulator";

/** Largest body the control surface reads; a choice of the emulator. */
const MAX_CONTROL_BODY_BYTES = 4 * 1024 * 1024;

/** What a route is given: the body's JSON, undefined without a body, and the query. */
interface ControlRequest {
  readonly input: unknown;
  readonly query: URLSearchParams;
}

interface ControlRoute {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  /** The body as an example. */
  readonly body?: string;
  readonly sentence: string;
  /** Answers what is sent as JSON; without an answer of its own, that is `{"ok": true}`. */
  readonly run: (control: EmulatorControl, request: ControlRequest) => unknown;
}

const ROUTES: readonly ControlRoute[] = [
  {
    method: "GET",
    path: "",
    sentence: "Describes routes, settings and fault effects.",
    run: describe,
  },
  {
    method: "POST",
    path: "/reset",
    sentence:
      "Back to how the emulator started: contacts, settings, keys, clock; no faults, no record.",
    run: (control) => control.reset(),
  },
  {
    method: "POST",
    path: "/seed",
    body: '{"seed": "sample" | "empty" | {"directory": …, "contacts": […]}}',
    sentence: "Replaces directory and contacts, and empties the outbox.",
    run: (control, { input }) =>
      control.seed(readSeed(objectWith(input, "the body", ["seed"])["seed"])),
  },
  {
    method: "GET",
    path: "/snapshot",
    sentence: "Contacts, settings, clock, outbox and deletion failures.",
    run: (control) => control.snapshot(),
  },
  {
    method: "POST",
    path: "/snapshot",
    body: "what GET answered",
    sentence: "Brings a snapshot back.",
    run: (control, { input }) => control.restore(readSnapshot(input)),
  },
  {
    method: "GET",
    path: "/settings",
    sentence: "The settings in force.",
    run: (control) => control.settings(),
  },
  {
    method: "PATCH",
    path: "/settings",
    body: '{"deletionDelayMs": 0, …}',
    sentence: "Changes settings; all of them or none.",
    run: (control, { input }) =>
      control.changeSettings(input as Partial<EmulatorSettings>),
  },
  {
    method: "POST",
    path: "/verifications/confirm",
    body: '{"contactId": "c-…", "target": "tom@example.com"} | {"code": "123456"}',
    sentence: "Does what the owner of a pending address or number does.",
    run: (control, { input }) =>
      control.confirmVerification(readVerificationChoice(input)),
  },
  {
    method: "POST",
    path: "/verifications/expire",
    body: '{"contactId": "c-…", "target": "tom@example.com"} | {"code": "123456"}',
    sentence: "Lets a pending verification lapse.",
    run: (control, { input }) =>
      control.expireVerification(readVerificationChoice(input)),
  },
  {
    method: "GET",
    path: "/outbox",
    sentence: "The messages that would have been sent, oldest first.",
    run: (control) => ({ messages: control.outbox() }),
  },
  {
    method: "DELETE",
    path: "/outbox",
    sentence: "Empties the outbox; the caps go on counting.",
    run: (control) => control.clearOutbox(),
  },
  {
    method: "GET",
    path: "/clock",
    sentence: "The emulator's time.",
    run: (control) => control.clock(),
  },
  {
    method: "POST",
    path: "/clock/advance",
    body: '{"ms": 86400000}',
    sentence: "Lets time pass at once; waits that fall due end.",
    run: (control, { input }) => control.advanceClock(readAdvance(input)),
  },
  {
    method: "GET",
    path: "/faults",
    sentence: "The scripted faults and how far they have got.",
    run: (control) => ({ faults: control.faults() }),
  },
  {
    method: "POST",
    path: "/faults",
    body: '{"effect": "error", "operation": "AddMessageContact", "when": "before", "times": 1, "skip": 0, "probability": 1, "ms": 0, "bytes": 0, "code": "InternalError", "httpStatus": 500, "message": "…"}; only effect is needed',
    sentence: "Scripts a fault.",
    run: (control, { input }) => control.addFault(readFault(input)),
  },
  {
    method: "DELETE",
    path: "/faults",
    sentence: "Takes back all faults, or with ?faultId=1 one.",
    run: (control, { query }) => control.clearFaults(readFaultId(query)),
  },
  {
    method: "GET",
    path: "/keys",
    sentence: "The keys, without their secrets.",
    run: (control) => ({ keys: control.keys() }),
  },
  {
    method: "POST",
    path: "/keys",
    body: '{"accessKeyId": "…", "accessKeySecret": "…", "allowedActions": ["*"], "isActive": true, "securityToken": "…", "expiresAt": 1704164645000}; the first two are needed',
    sentence: "Adds a key, or replaces the one with the same id.",
    run: (control, { input }) => {
      control.putKey(readKey(input));
      return { keys: control.keys() };
    },
  },
  {
    method: "POST",
    path: "/sts/expire",
    body: '{"accessKeyId": "STS.testid"}, or nothing for all',
    sentence: "Ends sessions of temporary keys.",
    run: (control, { input }) => ({
      expired: control.expireSts(readAccessKeyId(input)),
    }),
  },
  {
    method: "POST",
    path: "/deletions/fail",
    body: '{"contactId": "c-…", "failures": [{"AccountId": "1997968394350001", "MessageTypes": ["AccountExpenses"]}], "times": 1}; without contactId any contact',
    sentence: "Makes asynchronous deletions end as Failed.",
    run: (control, { input }) => control.failDeletions(readDeletionRule(input)),
  },
  {
    method: "GET",
    path: "/calls",
    sentence: "The latest calls on the RPC endpoint, oldest first.",
    run: (control) => ({ calls: control.calls() }),
  },
  {
    method: "DELETE",
    path: "/calls",
    sentence: "Forgets the calls.",
    run: (control) => control.clearCalls(),
  },
];

export function isControlPath(url: string): boolean {
  const [path = ""] = url.split("?");
  return path === PREFIX || path.startsWith(`${PREFIX}/`);
}

/** Answers one request on the control surface: JSON both ways, never signed. */
export async function serveControl(
  control: EmulatorControl,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [path = "", query = ""] = (request.url ?? "").split("?");
  const own = path.slice(PREFIX.length).replace(/\/$/, "");
  const body = await readBody(request, MAX_CONTROL_BODY_BYTES);
  const candidates = ROUTES.filter((route) => route.path === own);
  const route = candidates.find(({ method }) => method === request.method);
  if (candidates.length === 0) {
    sendJson(response, 404, { error: `there is no ${path}` });
  } else if (route === undefined) {
    const allowed = candidates.map(({ method }) => method).join(", ");
    response.setHeader("allow", allowed);
    sendJson(response, 405, { error: `${path} takes ${allowed}` });
  } else if (body === "too large") {
    sendJson(response, 413, {
      error: `the body must not exceed ${MAX_CONTROL_BODY_BYTES} bytes`,
    });
  } else {
    try {
      const input = readJson(body);
      const answer = route.run(control, {
        input,
        query: new URLSearchParams(query),
      });
      sendJson(response, 200, answer ?? { ok: true });
    } catch (error) {
      if (!(error instanceof ControlInputError)) throw error;
      sendJson(response, 400, { error: error.message });
    }
  }
}

function describe(control: EmulatorControl): unknown {
  const current = control.settings();
  return {
    routes: ROUTES.map(({ method, path, body, sentence }) => ({
      method,
      path: `${PREFIX}${path}`,
      body,
      sentence,
    })),
    settings: describeSettings().map((setting) => ({
      ...setting,
      current: current[setting.name as keyof EmulatorSettings],
    })),
    faultEffects: FAULT_EFFECTS.map((effect) => ({
      effect,
      when: FAULT_MOMENTS[effect],
      defaults: DEFAULT_FIGURES[effect],
    })),
  };
}

function readJson(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(body.toString("utf8")) as unknown;
  } catch {
    throw new ControlInputError("the body must be JSON");
  }
}

function sendJson(
  response: ServerResponse,
  httpStatus: number,
  value: unknown,
): void {
  sendBytes(
    response,
    httpStatus,
    "application/json;charset=utf-8",
    `${JSON.stringify(value, null, 2)}\n`,
  );
}
