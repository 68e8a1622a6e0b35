import { ACTIONS } from "../actions/catalogue.js";
import type { EmulatorControl } from "../control/emulator-control.js";
import type { SeedContact } from "../contacts/seeds.js";
import { clockSection, callsSection, outboxSection } from "./ui-records.js";
import { faultsSection } from "./ui-faults.js";
import { button, section, table } from "./ui-parts.js";
import { html, EMPTY_HTML, type Html } from "./html.js";

/**
 * Renders the page. All links are relative to `base`.
 *
 * @param base URL of the control API, relative to the page
 * @param errorMessage the error of the last form submission
 */
export function uiPage(
  control: EmulatorControl,
  base: string,
  errorMessage?: string,
): string {
  const { seed } = control.snapshot();
  const alert =
    errorMessage === undefined
      ? EMPTY_HTML
      : html`<p role="alert">${errorMessage}</p>`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <base href="${base}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>Emulator · Message contacts</title>
        <link rel="icon" href="ui/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="ui/ui.css" />
        <script defer src="ui/ui.js"></script>
      </head>
      <body>
        <main>
          <header>
            <h1>Emulator</h1>
            <span class="soft"
              >Emulates the vendor's API. All data is sample data; no messages
              are sent.</span
            >
            <nav>
              ${gatewayLinks(control.gatewayUrl)}
              <a href="ui">Refresh</a>
              <a href="../_emulator">Control API</a>
              <a href="openapi.json">OpenAPI</a>
            </nav>
            <label class="soft" data-script hidden
              ><input
                type="checkbox"
                id="auto-refresh"
                checked
                autocomplete="off"
              />
              Refresh automatically</label
            >
            <span id="live-state" class="bad" role="status"></span>
          </header>
          <div id="content">
            ${alert} ${clockSection(control)} ${pendingSection(seed.contacts)}
            ${contactsSection(seed.contacts, seed.directory.directoryId)}
            ${outboxSection(control)}
            ${faultsSection(control, [...ACTIONS.keys()])}
            ${callsSection(control)}
          </div>
        </main>
      </body>
    </html> `.text;
}

/** Links to the pages of the gateway, if its URL is known. */
function gatewayLinks(url: string | undefined): Html {
  if (url === undefined) return EMPTY_HTML;
  return html`<a href="${url}/">Gateway</a>
    <a href="${url}/playground">Playground</a>
    <a href="${url}/docs">REST documentation</a>`;
}

function contactsSection(
  contacts: readonly SeedContact[],
  directoryId: string,
): Html {
  return section(
    "contacts",
    "Contacts",
    `${contacts.length} in ${directoryId}`,
    html`${button("reset", "Reset everything")}
    ${button("seed", "Load sample contacts", { seed: "sample" })}
    ${button("seed", "Delete all contacts", { seed: "empty" })}`,
    table(
      [
        "Name",
        "Id",
        "Status",
        "E-mail",
        "Phone",
        "Title",
        "Messages",
        "Bound to",
      ],
      contacts.map((contact) => [
        contact.contactId,
        contact.name,
        html`<code>${contact.contactId}</code>`,
        contact.status,
        withVerifiedMark(contact, contact.emailAddress),
        withVerifiedMark(contact, contact.phoneNumber),
        contact.title,
        contact.messageTypes.join(", "),
        html`${(contact.bindings ?? []).map(
          ({ targetId }) => html`<code>${targetId}</code> `,
        )}`,
      ]),
      "The directory has no contacts.",
    ),
  );
}

/** A value with a mark that says whether it is verified. */
function withVerifiedMark(
  contact: SeedContact,
  value: string | undefined,
): Html {
  if (value === undefined) return html`<span class="soft">none</span>`;
  const mark =
    contact.verifiedTargets?.includes(value) === true
      ? html`<span class="good" title="verified">✓</span>`
      : html`<span class="soft" title="not verified">?</span>`;
  return html`<span class="value">${value} ${mark}</span>`;
}

function pendingSection(contacts: readonly SeedContact[]): Html {
  const pending = contacts.flatMap(({ contactId, name, pendingTargets = [] }) =>
    pendingTargets.map((one) => ({
      contactId,
      name,
      target: typeof one === "string" ? one : one.target,
      since: typeof one === "string" ? "" : timeOf(one.openedAt),
    })),
  );
  return section(
    "verifications",
    "Pending verifications",
    `${pending.length} pending`,
    EMPTY_HTML,
    table(
      ["Contact", "Address or number", "Since", ""],
      pending.map(({ contactId, name, target, since }) => [
        `${contactId} ${target}`,
        html`${name} <code>${contactId}</code>`,
        target,
        since,
        html`${button("confirm", "Confirm", { contactId, target }, target)}
        ${button("expire", "Expire", { contactId, target }, target)}`,
      ]),
      "No verifications are pending.",
    ),
  );
}

function timeOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
