import type { CallEntry } from "../state/call-record.js";
import { toVendorDate } from "../clock.js";
import type { EmulatorControl } from "../control/emulator-control.js";
import { html, type Html } from "./html.js";
import { button, section, table } from "./ui-parts.js";

/** Maximum number of rows shown, newest first. The control API returns all entries. */
const MAX_ROWS = 50;

const STEPS = [
  ["+10 s", 10_000],
  ["+1 min", 60_000],
  ["+1 h", 3_600_000],
  ["+1 day", 86_400_000],
] as const;

/** The emulator's time, and buttons that advance the clock. */
export function clockSection(control: EmulatorControl): Html {
  const { now, nowMs, offsetMs } = control.clock();
  return section(
    "clock",
    "Clock",
    offsetMs === 0
      ? "system time"
      : `${offsetMs / 1_000} s ahead of the system time`,
    html`${STEPS.map(([label, ms]) =>
      button("advance", label, { ms: String(ms) }),
    )}`,
    html`<p>
      <code>${now}</code>
      <span class="soft">${toVendorDate(nowMs)} vendor's time (UTC+8)</span>
    </p>`,
  );
}

/** The messages that the vendor would have sent, newest first. */
export function outboxSection(control: EmulatorControl): Html {
  const messages = control.outbox();
  return section(
    "outbox",
    "Outbox",
    countOf(messages.length, "message"),
    button("clear-outbox", "Clear the outbox"),
    table(
      ["Sent at", "To", "Text"],
      newest(messages).map(({ messageId, sentAt, target, text }) => [
        String(messageId),
        sentAt,
        target,
        text,
      ]),
      "No messages have been sent.",
    ),
  );
}

/** The recorded calls, newest first. */
export function callsSection(control: EmulatorControl): Html {
  const calls = control.calls();
  return section(
    "calls",
    "Signed calls",
    countOf(calls.length, "call"),
    button("clear-calls", "Clear the calls"),
    table(
      ["#", "Time", "Action", "Result", "Changes", "Fault", "Parameters"],
      newest(calls).map((call) => [
        String(call.callId),
        String(call.callId),
        call.at,
        call.action ?? "none",
        resultCell(call),
        String(call.effects),
        call.fault ?? "",
        html`<details id="call-${call.callId}">
          <summary>${call.accessKeyId ?? "no key"}</summary>
          <pre>
${Object.entries(call.params).map(
              ([name, value]) => `${name}=${value}\n`,
            )}RequestId ${call.requestId}</pre>
        </details>`,
      ]),
      "No calls have been received.",
    ),
  );
}

function resultCell({ verdict }: CallEntry): Html {
  if (verdict === null) return html`<span class="soft">none</span>`;
  return html`<span class="${verdict === "ok" ? "good" : "bad"}"
    >${verdict}</span
  >`;
}

function newest<T>(entries: readonly T[]): T[] {
  return entries.slice(-MAX_ROWS).reverse();
}

function countOf(count: number, noun: string): string {
  const shown = count > MAX_ROWS ? `, the last ${MAX_ROWS} shown` : "";
  return `${count} ${noun}${count === 1 ? "" : "s"}${shown}`;
}
