import type { Bundle } from "./asset-manifest.js";
import { NOTHING_ELSE, type Page } from "./html.js";

/**
 * Both tools write style elements of their own, so inline styles are allowed;
 * scripts come from our own files only and are never made from text.
 */
const SCRIPT_POLICY = `${NOTHING_ELSE}; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'`;

const head = (title: string, styles: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${styles}">`;

/** GraphiQL. */
export function playgroundPage({ build }: Bundle): Page {
  const base = `/playground/assets/${build}`;
  return {
    html: `${head("Playground · Message contacts", `${base}/playground.css`)}
<script type="module" src="${base}/playground.js"></script>
</head>
<body>
<div id="playground"></div>
</body>
</html>
`,
    policy: `${SCRIPT_POLICY}; worker-src 'self'`,
  };
}

/** Swagger UI. */
export function docsPage({ build }: Bundle): Page {
  const base = `/docs/assets/${build}`;
  return {
    html: `${head("REST documentation · Message contacts", `${base}/swagger-ui.css`)}
<link rel="stylesheet" href="${base}/docs.css">
<script defer src="${base}/swagger-ui-bundle.js"></script>
<script type="module" src="${base}/docs.js"></script>
</head>
<body>
<div id="docs"></div>
</body>
</html>
`,
    policy: SCRIPT_POLICY,
  };
}
