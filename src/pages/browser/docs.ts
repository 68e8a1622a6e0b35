/** Global of swagger-ui-bundle.js, which the page loads first. */
declare const SwaggerUIBundle: (
  options: Readonly<Record<string, unknown>>,
) => void;

const dark = matchMedia("(prefers-color-scheme: dark)");
const followTheme = (): void => {
  document.documentElement.classList.toggle("dark-mode", dark.matches);
};
dark.addEventListener("change", followTheme);
followTheme();

SwaggerUIBundle({
  url: "/openapi.json",
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
