import { addAccessibleNames } from "./accessible-names.js";
import { collapsedErrors } from "./collapsed-errors.js";
import { byOrder } from "./operation-order.js";

/** Global of swagger-ui-bundle.js, which the page loads first. */
declare const SwaggerUIBundle: (
  options: Readonly<Record<string, unknown>>,
) => void;

interface SpecResponse {
  readonly url: string;
  text: string;
}

const specUrl = new URL("openapi.json", document.baseURI);
const root = new URL(".", document.baseURI).href.replace(/\/$/, "");

const dark = matchMedia("(prefers-color-scheme: dark)");
const followTheme = (): void => {
  document.documentElement.classList.toggle("dark-mode", dark.matches);
};
dark.addEventListener("change", followTheme);
followTheme();

const page = document.getElementById("docs");
if (page !== null) addAccessibleNames(page);

SwaggerUIBundle({
  url: "openapi.json",
  // Send requests to the gateway that serves this page, regardless of the URL of the gateway.
  responseInterceptor: (response: SpecResponse) => {
    if (response.url === specUrl.href) {
      const document = JSON.parse(response.text) as object;
      response.text = JSON.stringify({ ...document, servers: [{ url: root }] });
    }
    return response;
  },
  dom_id: "#docs",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  docExpansion: "list",
  operationsSorter: byOrder,
  // Credentials stay in memory: a reload forgets them.
  persistAuthorization: false,
  plugins: [collapsedErrors],
  syntaxHighlight: { theme: "tomorrow-night" },
  tryItOutEnabled: true,
  // Disables the badge of an external validator service.
  validatorUrl: null,
});
