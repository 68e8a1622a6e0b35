import type { Bundle } from "./asset-manifest.js";
import { BASE_POLICY, type Page } from "./html.js";

/**
 * Allows inline styles, because GraphiQL and Swagger UI add style elements.
 * Scripts load only from this origin; inline scripts and `eval` stay blocked.
 */
const SCRIPT_POLICY = `${BASE_POLICY}; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'`;

const head = (title: string, styles: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${styles}">`;

/** The playground (GraphiQL). */
export function playgroundPage({ build }: Bundle): Page {
  const base = `playground/assets/${build}`;
  return {
    html: `${head("Playground · Message contacts", `${base}/playground.css`)}
<script type="module" src="${base}/playground.js"></script>
</head>
<body>
<main id="playground"><p class="loading" role="status">Loading the playground…</p></main>
<noscript><p class="loading">The playground needs JavaScript.</p></noscript>
</body>
</html>
`,
    policy: `${SCRIPT_POLICY}; worker-src 'self'`,
  };
}

/** The REST documentation (Swagger UI). */
export function docsPage({ build }: Bundle): Page {
  const base = `docs/assets/${build}`;
  return {
    html: `${head("REST documentation · Message contacts", `${base}/swagger-ui.css`)}
<link rel="stylesheet" href="${base}/docs.css">
<script defer src="${base}/swagger-ui-bundle.js"></script>
<script type="module" src="${base}/docs.js"></script>
</head>
<body>
<div id="docs"><p class="loading" role="status">Loading the documentation…</p></div>
<noscript><p class="loading">This page needs JavaScript. The same information is in the OpenAPI document at <a href="openapi.json">openapi.json</a>.</p></noscript>
</body>
</html>
`,
    policy: SCRIPT_POLICY,
  };
}
