import type { IncomingMessage, ServerResponse } from "node:http";
import type { EmulatorControl } from "../control/control.js";
import { ControlInputError } from "../json.js";
import { sendBytes } from "../wire/rpc-response.js";
import { UI_ACTIONS } from "./ui-actions.js";
import { UI_FILES, UI_POLICY } from "./ui-files.js";
import { uiPage } from "./ui-page.js";

const PAGE = "/ui";

/** Whether the page or something of its own lies at a path below the control prefix. */
export function isUiPath(path: string): boolean {
  return path === PAGE || path.startsWith(`${PAGE}/`);
}

/**
 * Answers with the page, one of its files, or does what one of its buttons asks for and sends
 * the browser back to the page, so that a reload does nothing twice.
 */
export function serveUi(
  control: EmulatorControl,
  path: string,
  { method = "GET" }: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
): void {
  const file = own(UI_FILES, path);
  const act = own(UI_ACTIONS, path.slice(PAGE.length + 1));
  const allowed = act === undefined ? "GET" : "POST";
  if (file === undefined && act === undefined && path !== PAGE) {
    sendText(response, 404, `There is no ${path} here.\n`);
  } else if (method !== allowed) {
    response.setHeader("allow", allowed);
    sendText(response, 405, `This takes ${allowed}.\n`);
  } else if (file !== undefined) {
    sendBytes(response, 200, file.type, file.text);
  } else if (act === undefined) {
    sendPage(response, 200, uiPage(control));
  } else {
    try {
      act(control, new URLSearchParams(body.toString("utf8")));
      response.setHeader("location", `/_emulator${PAGE}`);
      sendText(response, 303, "Done.\n");
    } catch (error) {
      if (!(error instanceof ControlInputError)) throw error;
      sendPage(response, 400, uiPage(control, `Refused: ${error.message}.`));
    }
  }
}

function sendPage(
  response: ServerResponse,
  httpStatus: number,
  page: string,
): void {
  response.setHeader("content-security-policy", UI_POLICY);
  response.setHeader("cross-origin-opener-policy", "same-origin");
  // Forms name their origin only where a referrer may be told.
  response.setHeader("referrer-policy", "same-origin");
  sendBytes(response, httpStatus, "text/html; charset=utf-8", page);
}

function sendText(
  response: ServerResponse,
  httpStatus: number,
  text: string,
): void {
  sendBytes(response, httpStatus, "text/plain; charset=utf-8", text);
}

/** An entry of a table; never one of those that every object has. */
function own<T>(
  table: Readonly<Record<string, T>>,
  key: string,
): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
