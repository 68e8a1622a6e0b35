/**
 * Optional script of the page; all forms work without it. It submits forms without a page load,
 * and updates the page every second while its tab is visible. An update changes only the
 * elements that differ, so the focus, open details and chosen options stay.
 */
export const SCRIPT = `"use strict";
const PERIOD_MS = 1000;
const autoRefresh = document.querySelector("#auto-refresh");
const state = document.querySelector("#live-state");
let newest = 0;

const keyOf = (node) => node.nodeType === 1 ? node.id || node.dataset.key || "" : "";

function patch(from, to) {
  if (from.isEqualNode(to)) return;
  if (from.nodeType !== 1) {
    from.nodeValue = to.nodeValue;
    return;
  }
  for (const { name } of [...from.attributes]) {
    if (!to.hasAttribute(name) && name !== "open") from.removeAttribute(name);
  }
  for (const { name, value } of to.attributes) {
    if (name !== "hidden" && from.getAttribute(name) !== value) from.setAttribute(name, value);
  }
  const wanted = [...to.childNodes];
  const keys = new Set(wanted.map(keyOf));
  for (const child of [...from.children]) {
    if (keyOf(child) !== "" && !keys.has(keyOf(child))) child.remove();
  }
  const keyed = new Map([...from.children].map((child) => [keyOf(child), child]));
  let current = from.firstChild;
  for (const next of wanted) {
    const key = keyOf(next);
    const isSame = current !== null && keyOf(current) === key && current.nodeName === next.nodeName;
    const match = isSame ? current : key === "" ? undefined : keyed.get(key);
    if (match === undefined) from.insertBefore(next.cloneNode(true), current);
    else {
      if (match === current) current = current.nextSibling;
      else from.insertBefore(match, current);
      patch(match, next);
    }
  }
  while (current !== null) {
    const rest = current.nextSibling;
    current.remove();
    current = rest;
  }
}

function replaceContent(text, isPoll) {
  const next = new DOMParser().parseFromString(text, "text/html").querySelector("#content");
  const content = document.querySelector("#content");
  const alert = content.querySelector("[role=alert]");
  // The message about a rejected form stays until the next form.
  if (isPoll && alert !== null) next.prepend(alert.cloneNode(true));
  const focused = document.activeElement;
  const section = focused.closest("section");
  patch(content, next);
  // The focus moves to the heading of the section if its element is gone.
  if (focused.isConnected || section === null) return;
  document.getElementById(section.id + "-title")?.focus();
}

async function update(request, isPoll) {
  const turn = ++newest;
  try {
    const text = await (await request).text();
    // A later update has newer data.
    if (turn === newest) replaceContent(text, isPoll);
    state.textContent = "";
  } catch {
    state.textContent = "The emulator does not respond.";
  }
}

const refresh = () => update(fetch(location.pathname), true);

document.addEventListener("submit", (event) => {
  event.preventDefault();
  const { target, submitter } = event;
  const body = new URLSearchParams(new FormData(target, submitter));
  void update(fetch(target.action, { method: "POST", body }), false);
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") void refresh();
});

async function live() {
  if (autoRefresh.checked && document.visibilityState === "visible") await refresh();
  setTimeout(live, PERIOD_MS);
}
setTimeout(live, PERIOD_MS);
for (const element of document.querySelectorAll("[data-script]")) element.hidden = false;
`;
