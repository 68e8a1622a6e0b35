import type { ComponentType, createElement, ReactNode } from "react";

/** The parts of Swagger UI's system that the plugin uses. */
interface System {
  readonly React: { readonly createElement: typeof createElement };
}

interface ResponseProps {
  readonly code: string;
  readonly response: { get(name: string): unknown };
}

interface LinkProps {
  readonly text?: ReactNode;
}

/**
 * Plugin for Swagger UI: shows each error response as one line that opens, and replaces the
 * links inside of buttons, which no keyboard or screen reader can reach, by their text.
 */
export function collapsedErrors({
  React: { createElement: h },
}: System): object {
  return {
    wrapComponents: {
      response:
        (Original: ComponentType<ResponseProps>) => (props: ResponseProps) => {
          const { code, response } = props;
          if (!/^[45]/.test(code)) return h(Original, props);
          const description = response.get("description");
          return h(
            "tr",
            { className: "error-response" },
            h(
              "td",
              { colSpan: 3 },
              h(
                "details",
                null,
                h(
                  "summary",
                  null,
                  h("strong", null, code),
                  " ",
                  typeof description === "string" ? description : "",
                ),
                h("table", null, h("tbody", null, h(Original, props))),
              ),
            ),
          );
        },
      DeepLink: () =>
        function Text({ text }: LinkProps) {
          return h("span", null, text);
        },
    },
  };
}
