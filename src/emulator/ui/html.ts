/** Text that is HTML already; everything else is escaped on its way in. */
export class Html {
  constructor(readonly text: string) {}
}

type Part = Html | string | number | readonly Part[];

/** A piece of HTML whose values are safe between tags and in quoted attributes. */
export function html(
  parts: TemplateStringsArray,
  ...values: readonly Part[]
): Html {
  return new Html(
    parts.reduce(
      (text, part, at) => `${text}${rendered(values[at - 1] ?? "")}${part}`,
    ),
  );
}

/** Nothing at all. */
export const NOTHING = new Html("");

function rendered(part: Part): string {
  if (part instanceof Html) return part.text;
  if (typeof part === "string") return escaped(part);
  if (typeof part === "number") return String(part);
  return part.map(rendered).join("");
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
