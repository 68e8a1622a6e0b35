import { html, type Html } from "./html.js";

/** Header of the column with the buttons. */
const HIDDEN_HEADER = html`<span class="only-read">Actions</span>`;

/**
 * A form with one button. It works without a script.
 *
 * @param about the object of the action, added to the accessible name
 */
export function button(
  action: string,
  label: string,
  fields: Readonly<Record<string, string>> = {},
  about?: string,
): Html {
  const name = about === undefined ? label : `${label} ${about}`;
  return html`<form method="post" action="ui/${action}">
    ${Object.entries(fields).map(
      ([key, value]) =>
        html`<input type="hidden" name="${key}" value="${value}" />`,
    )}<button aria-label="${name}">${label}</button>
  </form>`;
}

export function section(
  id: string,
  title: string,
  note: string,
  actions: Html,
  body: Html,
): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title">
    <div class="bar">
      <h2 id="${id}-title" tabindex="-1">${title} <small>${note}</small></h2>
      <div class="buttons">${actions}</div>
    </div>
    ${body}
  </section>`;
}

/**
 * A table. Each row begins with its key, which is not shown: an update of the page keeps the
 * row of a key.
 */
export function table(
  head: readonly string[],
  rows: readonly (readonly [key: string, ...cells: (Html | string)[]])[],
  empty: string,
): Html {
  if (rows.length === 0) return html`<p class="soft">${empty}</p>`;
  return html`<div class="wide" tabindex="0">
    <table>
      <thead>
        <tr>
          ${head.map((cell) => html`<th scope="col">${cell === "" ? HIDDEN_HEADER : cell}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([key, ...cells]) =>
            html`<tr data-key="${key}">
              ${cells.map((cell) => html`<td>${cell}</td>`)}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;
}

export function select(
  name: string,
  label: string,
  choices: readonly (readonly [value: string, label: string])[],
): Html {
  return html`<select name="${name}" aria-label="${label}">
    ${choices.map(
      ([value, text]) => html`<option value="${value}">${text}</option>`,
    )}
  </select>`;
}
