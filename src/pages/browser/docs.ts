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

SwaggerUIBundle({
  url: "openapi.json",
  // Send requests to the gateway that serves this page, under whatever URL it is reached.
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
  persistAuthorization: true,
  tryItOutEnabled: true,
  // Disables the badge of an external validator service.
  validatorUrl: null,
});

export {};
