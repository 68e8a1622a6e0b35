/** Attributes that Swagger UI leaves out, by selector. */
const MISSING: readonly (readonly [
  string,
  Readonly<Record<string, string>>,
])[] = [
  ["#servers", { "aria-label": "Server" }],
  [".examples-select-element", { "aria-label": "Example" }],
  ["textarea.body-param__text", { "aria-label": "Request body" }],
  // Keyboard users can scroll only what can have the focus.
  ["pre.microlight, .response-col_description pre", { tabindex: "0" }],
];

/** Adds missing names and focus stops to everything that is drawn below an element. */
export function addAccessibleNames(root: Element): void {
  const complete = (): void => {
    for (const [selector, attributes] of MISSING) {
      for (const element of root.querySelectorAll(selector)) {
        for (const [name, value] of Object.entries(attributes)) {
          if (!element.hasAttribute(name)) element.setAttribute(name, value);
        }
      }
    }
    for (const field of root.querySelectorAll(
      "tr[data-param-name] :is(input, select, textarea):not([aria-label])",
    )) {
      const row = field.closest("tr")?.dataset["paramName"] ?? "";
      field.setAttribute("aria-label", row);
    }
  };
  new MutationObserver(complete).observe(root, {
    childList: true,
    subtree: true,
  });
  complete();
}
