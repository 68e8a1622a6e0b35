import type { IncomingMessage, ServerResponse } from "node:http";
import type { EmulatorControl } from "../control/emulator-control.js";
import { ControlInputError } from "../schema.js";
import { sendBytes } from "../wire/send-response.js";
import { UI_ACTIONS } from "./ui-actions.js";
import { UI_FILES, UI_POLICY } from "./ui-files.js";
import { uiPage } from "./ui-page.js";

const PAGE = "/ui";

/** Slashes in `/_emulator/ui`. */
const SLASHES_IN_PATH = 2;

/** Whether a path, relative to the control prefix, belongs to the UI page. */
export function isUiPath(path: string): boolean {
  return path === PAGE || path.startsWith(`${PAGE}/`);
}

/**
 * Serves the page and its files, and handles its forms. A form submission redirects to the page
 * (303), so that a reload does not repeat it.
 */
export function serveUi(
  control: EmulatorControl,
  path: string,
  { method = "GET", url = "" }: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
): void {
  const file = ownValue(UI_FILES, path);
  const action = ownValue(UI_ACTIONS, path.slice(PAGE.length + 1));
  const allowed = action === undefined ? "GET" : "POST";
  if (file === undefined && action === undefined && path !== PAGE) {
    sendText(response, 404, `There is no route ${path}.\n`);
  } else if (method !== allowed) {
    response.setHeader("allow", allowed);
    sendText(response, 405, `This route allows only ${allowed}.\n`);
  } else if (file !== undefined) {
    sendBytes(response, 200, file.type, file.text);
  } else if (action === undefined) {
    sendPage(response, 200, uiPage(control, baseOf(url)));
  } else {
    try {
      action(control, new URLSearchParams(body.toString("utf8")));
      response.setHeader("location", `..${PAGE}`);
      sendText(response, 303, "Done.\n");
    } catch (error) {
      if (!(error instanceof ControlInputError)) throw error;
      sendPage(
        response,
        400,
        uiPage(control, baseOf(url), `Error: ${error.message}.`),
      );
    }
  }
}

/**
 * URL of the control API, relative to the page that is sent. A relative base keeps the
 * page's links correct behind a proxy that removes a prefix from the path.
 */
function baseOf(url: string): string {
  const [path = ""] = url.split("?");
  const slashes = path.split("/").length - 1;
  return "../".repeat(slashes - SLASHES_IN_PATH) || "./";
}

function sendPage(
  response: ServerResponse,
  httpStatus: number,
  page: string,
): void {
  response.setHeader("content-security-policy", UI_POLICY);
  response.setHeader("cross-origin-opener-policy", "same-origin");
  // With "no-referrer", browsers send `Origin: null` on form submissions, which is rejected.
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

/** Reads an own property; ignores inherited ones such as `constructor`. */
function ownValue<T>(
  table: Readonly<Record<string, T>>,
  key: string,
): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
