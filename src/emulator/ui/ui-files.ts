import { SCRIPT } from "./ui-script.js";

/**
 * Style sheet of the page. A string and not a file, because the emulator is built by the
 * TypeScript compiler only.
 */
const STYLE = `:root { color-scheme: light dark; --ink: #1c2330; --soft: #5a6577; --line: #dde2ea; --paper: #fff; --card: #f6f8fb; --link: #0b57d0; --good: #146c2e; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ef; --soft: #9aa5b8; --line: #323a48; --paper: #14181f; --card: #1b212b; --link: #8ab4f8; --good: #7fd49a; --bad: #f2b8b5; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", "Noto Sans", "Noto Sans CJK SC", sans-serif; }
main { max-width: 84rem; margin: 0 auto; padding: 1.25rem 1.25rem 4rem; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; align-items: baseline; }
h1 { font-size: 1.5rem; margin: 0; }
h2 { font-size: 1.05rem; margin: 0; }
h2 small { color: var(--soft); font-weight: 400; }
section { margin-top: 2rem; }
.bar { display: flex; flex-wrap: wrap; gap: .4rem 1rem; align-items: center; margin-bottom: .5rem; }
.bar form, .bar .buttons { max-width: 100%; display: flex; flex-wrap: wrap; gap: .4rem; align-items: center; margin: 0; }
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; }
.soft { color: var(--soft); }
.good { color: var(--good); }
.bad { color: var(--bad); }
code { font: .9em ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
.wide { overflow-x: auto; position: relative; }
.only-read { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .9rem .35rem 0; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 600; white-space: nowrap; }
.value { white-space: nowrap; }
td form { display: inline; }
td > code:only-child { white-space: nowrap; }
button, select, input { max-width: 100%; font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: .15rem .6rem; }
button { cursor: pointer; }
button:hover { border-color: var(--link); }
:focus-visible { outline: 2px solid var(--link); outline-offset: 1px; }
details summary { cursor: pointer; color: var(--soft); }
pre { margin: .3rem 0; white-space: pre-wrap; overflow-wrap: anywhere; font: .85em/1.45 ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", monospace; }
[role=alert] { color: var(--bad); font-weight: 600; margin: .75rem 0 0; }
`;

const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#5a6577"/><path d="M6 10h20v13H6z" fill="#fff"/><path d="m6 10 10 8 10-8" fill="none" stroke="#5a6577" stroke-width="2.4"/></svg>`;

/** Files of the page, by path after the control prefix. */
export const UI_FILES: Readonly<
  Record<string, { readonly type: string; readonly text: string }>
> = {
  "/ui/ui.css": { type: "text/css; charset=utf-8", text: STYLE },
  "/ui/ui.js": { type: "text/javascript; charset=utf-8", text: SCRIPT },
  "/ui/icon.svg": { type: "image/svg+xml", text: ICON },
};

/** Content security policy: only the page's own files, and forms that target the emulator. */
export const UI_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'self'; frame-ancestors 'none'";
