import type { IncomingMessage, ServerResponse } from "node:http";
import type { EmulatorControl } from "./emulator-control.js";
import { rejectionReason } from "./control-guard.js";
import type { ControlQuery, ControlRoute } from "./control-route.js";
import { CONTROL_PREFIX, CONTROL_ROUTES } from "./control-routes.js";
import { ControlInputError, objectOf, parse } from "../schema.js";
import { readBody } from "../wire/rpc-params.js";
import { sendBytes } from "../wire/send-response.js";
import { isUiPath, serveUi } from "../ui/ui-endpoint.js";

/** Maximum body size of the control API. The emulator's choice. */
const MAX_CONTROL_BODY_BYTES = 4 * 1024 * 1024;

export function isControlPath(url: string): boolean {
  const [path = ""] = url.split("?");
  return path === CONTROL_PREFIX || path.startsWith(`${CONTROL_PREFIX}/`);
}

/**
 * Handles one request to the control API or the UI page. Requests need no signature.
 *
 * @param names further host names that the `Host` header may contain
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
  const reason = rejectionReason(request, names);
  if (reason !== undefined) {
    sendJson(response, 403, { error: reason });
    return;
  }
  const [path = "", query = ""] = (request.url ?? "").split("?");
  const subPath = path.slice(CONTROL_PREFIX.length).replace(/\/$/, "");
  const body = await readBody(request, MAX_CONTROL_BODY_BYTES);
  if (body === "too large") {
    sendJson(response, 413, {
      error: `the body must not exceed ${MAX_CONTROL_BODY_BYTES} bytes`,
    });
  } else if (isUiPath(subPath)) {
    serveUi(control, subPath, request, body, response);
  } else {
    serveJson(control, path, subPath, request, query, body, response);
  }
}

function serveJson(
  control: EmulatorControl,
  path: string,
  subPath: string,
  { method }: IncomingMessage,
  query: string,
  body: Buffer,
  response: ServerResponse,
): void {
  const candidates = CONTROL_ROUTES.filter((route) => route.path === subPath);
  const route = candidates.find((candidate) => candidate.method === method);
  if (candidates.length === 0) {
    sendJson(response, 404, { error: `there is no route ${path}` });
  } else if (route === undefined) {
    const allowed = candidates.map((candidate) => candidate.method).join(", ");
    response.setHeader("allow", allowed);
    sendJson(response, 405, { error: `${path} allows only ${allowed}` });
  } else {
    try {
      const answer = route.serve(
        control,
        route.bodySchema === undefined ? undefined : readJson(body),
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
    throw new ControlInputError("the body must be valid JSON");
  }
}

/** Parses the query. Rejects unknown parameters: ignoring a filter would affect all entries. */
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
