/** A fragment of safe HTML. `html` does not escape it again. */
export class Html {
  constructor(readonly text: string) {}
}

type Part = Html | string | number | readonly Part[];

/** Template tag. Escapes the values for element content and quoted attributes. */
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

/** An empty fragment. */
export const EMPTY_HTML = new Html("");

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
