import { html, type Html } from "./html.js";

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
      <h2 id="${id}-title">${title} <small>${note}</small></h2>
      <div class="buttons">${actions}</div>
    </div>
    ${body}
  </section>`;
}

export function table(
  head: readonly string[],
  rows: readonly (readonly (Html | string)[])[],
  empty: string,
): Html {
  if (rows.length === 0) return html`<p class="soft">${empty}</p>`;
  return html`<div class="wide">
    <table>
      <thead>
        <tr>
          ${head.map((cell) => html`<th>${cell}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map((cell) => html`<td>${cell}</td>`)}
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
