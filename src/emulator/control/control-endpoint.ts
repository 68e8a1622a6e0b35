import type { IncomingMessage, ServerResponse } from "node:http";
import type { EmulatorControl } from "./control.js";
import { refusalOfControl } from "./control-guard.js";
import type { ControlQuery, ControlRoute } from "./control-route.js";
import { CONTROL_PREFIX, CONTROL_ROUTES } from "./control-routes.js";
import { ControlInputError, objectOf, parse } from "../json.js";
import { readBody } from "../wire/rpc-params.js";
import { sendBytes } from "../wire/rpc-response.js";
import { isUiPath, serveUi } from "../ui/ui-endpoint.js";

/** Largest body the control surface reads; a choice of the emulator. */
const MAX_CONTROL_BODY_BYTES = 4 * 1024 * 1024;

export function isControlPath(url: string): boolean {
  const [path = ""] = url.split("?");
  return path === CONTROL_PREFIX || path.startsWith(`${CONTROL_PREFIX}/`);
}

/**
 * Answers one request on the control surface: JSON both ways, never signed, and the page for
 * people beside it.
 *
 * @param names further names under which this machine may be reached
 */
export async function serveControl(
  control: EmulatorControl,
  names: readonly string[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.setHeader("cache-control", "no-store");
  response.setHeader("cross-origin-resource-policy", "same-origin");
  response.setHeader("x-content-type-options", "nosniff");
  const refusal = refusalOfControl(request, names);
  if (refusal !== undefined) {
    sendJson(response, 403, { error: refusal });
    return;
  }
  const [path = "", query = ""] = (request.url ?? "").split("?");
  const own = path.slice(CONTROL_PREFIX.length).replace(/\/$/, "");
  const body = await readBody(request, MAX_CONTROL_BODY_BYTES);
  if (body === "too large") {
    sendJson(response, 413, {
      error: `the body must not exceed ${MAX_CONTROL_BODY_BYTES} bytes`,
    });
  } else if (isUiPath(own)) {
    serveUi(control, own, request, body, response);
  } else {
    serveJson(control, path, own, request, query, body, response);
  }
}

function serveJson(
  control: EmulatorControl,
  path: string,
  own: string,
  { method }: IncomingMessage,
  query: string,
  body: Buffer,
  response: ServerResponse,
): void {
  const candidates = CONTROL_ROUTES.filter((route) => route.path === own);
  const route = candidates.find((candidate) => candidate.method === method);
  if (candidates.length === 0) {
    sendJson(response, 404, { error: `there is no ${path}` });
  } else if (route === undefined) {
    const allowed = candidates.map((one) => one.method).join(", ");
    response.setHeader("allow", allowed);
    sendJson(response, 405, { error: `${path} takes ${allowed}` });
  } else {
    try {
      const answer = route.serve(
        control,
        route.takes === undefined ? undefined : readJson(body),
        readQuery(route, query),
      );
      sendJson(response, 200, answer ?? { ok: true });
    } catch (error) {
      if (!(error instanceof ControlInputError)) throw error;
      sendJson(response, 400, { error: error.message });
    }
  }
}

function readJson(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(body.toString("utf8")) as unknown;
  } catch {
    throw new ControlInputError("the body must be JSON");
  }
}

/** Rejects an unknown parameter: ignoring a filter would apply the call to everything. */
function readQuery({ query = {} }: ControlRoute, text: string): ControlQuery {
  const given = [...new URLSearchParams(text)].map(([name, value]) => [
    name,
    Number(value),
  ]);
  return parse(
    objectOf(query).partial(),
    Object.fromEntries(given),
    "the query",
  );
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
