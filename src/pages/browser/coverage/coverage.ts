import {
  readCsv,
  readReport,
  ReportError,
  type Question,
} from "./read-report.js";
import type { Report } from "./report.js";
import { SignIn } from "./sign-in.js";
import { TargetField } from "./target-field.js";
import { fill, textsOf } from "./texts.js";
import {
  allFolders,
  openAtFirst,
  rowsOf,
  treeOf,
  withoutEmptyFolders,
  type FolderNode,
  type Row,
} from "./tree.js";
import { TreeGrid } from "./tree-grid.js";
import { element, View } from "./view.js";

const texts = textsOf(document.documentElement.lang);

function find<E extends HTMLElement>(id: string): E {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The page has no element ${id}.`);
  return found as E;
}

const question = find<HTMLFormElement>("question");
const filter = find<HTMLFormElement>("filter");
const summary = find("summary");
const target = find("report");

/** The report that is shown, and what the user has opened. */
interface Shown {
  readonly report: Report;
  /** Id of the folder or account that was asked for. */
  readonly under: string | undefined;
  readonly top: readonly FolderNode[];
  readonly view: View;
  open: Set<string>;
  rows: readonly Row[];
}

let shown: Shown | null = null;
let reading = new AbortController();

const body = element("tbody");
const grid = new TreeGrid(body, {
  rows: () => shown?.rows ?? [],
  toggle: (folderId, isOpen) => {
    if (isOpen) shown?.open.add(folderId);
    else shown?.open.delete(folderId);
    drawRows();
  },
});

const signIn = new SignIn(
  find("sign-in"),
  find<HTMLButtonElement>("sign-in-button"),
  texts,
  () => {
    targetField.clear();
    void read(false);
  },
);

const targetField = new TargetField(
  question.elements.namedItem("under") as HTMLInputElement,
  find("targets"),
  texts,
);

/** Null if the form is invalid; the browser then shows why. */
function asked(): Question | null {
  const data = new FormData(question);
  const under = targetField.id;
  if (under === null || !question.checkValidity()) {
    question.reportValidity();
    return null;
  }
  return {
    requiredTypes: data.getAll("type").map(String),
    minRecipients: Number(data.get("min")),
    under,
  };
}

/** Reads the report and draws it. A later call replaces an earlier one. */
async function read(isFresh: boolean): Promise<void> {
  const wanted = asked();
  // The report of the last valid question stays.
  if (wanted === null) return;
  reading.abort();
  document.body.removeAttribute("aria-busy");
  const { signal } = (reading = new AbortController());
  if (wanted.requiredTypes.length === 0) {
    showMessage(texts.noTypes);
    return;
  }
  const { under } = wanted;
  targetField.keep(under);
  document.body.setAttribute("aria-busy", "true");
  if (shown === null) showMessage(texts.loading);
  try {
    const sender = { headers: signIn.headers, signal, isFresh };
    const report = await readReport(wanted, sender);
    targetField.suggest(report);
    if (targetField.enterLinked()) {
      if (targetField.id !== null) {
        await read(isFresh);
        return;
      }
      question.reportValidity();
    }
    const top = treeOf(
      under === undefined ? report : withoutEmptyFolders(report),
    );
    const isSameTree = shown !== null && shown.under === under;
    shown = {
      report,
      under,
      top,
      view: new View(texts, wanted.minRecipients),
      open: isSameTree && shown !== null ? shown.open : openAtFirst(top),
      rows: [],
    };
    draw(shown);
  } catch (error) {
    if (!signal.aborted) showProblem(error);
  } finally {
    if (!signal.aborted) document.body.removeAttribute("aria-busy");
  }
}

function draw({ report, under, view }: Shown): void {
  const { accounts, accountsWithGaps, messageTypes } = report.summary;
  summary.replaceChildren(view.summary(report.summary));
  const time = new Date().toLocaleTimeString(document.documentElement.lang);
  const note =
    accounts === 0
      ? [
          element(
            "p",
            { class: "note" },
            under === undefined ? texts.noAccounts : texts.noAccountsUnder,
          ),
        ]
      : accountsWithGaps === 0
        ? [element("p", { class: "note good" }, texts.allCovered)]
        : [];
  target.replaceChildren(
    ...note,
    view.table(
      messageTypes.map(({ messageType }) => messageType),
      body,
    ),
    element("p", { class: "soft read-at" }, fill(texts.readAt, { time })),
  );
  drawRows();
}

function drawRows(): void {
  if (shown === null) return;
  const { top, open, view, report } = shown;
  const data = new FormData(filter);
  const rows = rowsOf(top, {
    open,
    onlyGaps: data.has("onlyGaps"),
    text: entered(data, "text"),
  });
  shown.rows = rows;
  const columns = 1 + report.summary.messageTypes.length;
  body.replaceChildren(
    ...(rows.length > 0
      ? rows.map((row, position) => view.row(row, position))
      : [
          element(
            "tr",
            {},
            element("td", { colspan: String(columns) }, texts.noRows),
          ),
        ]),
  );
  grid.update();
}

/** Text of a field; empty when it has none. */
function entered(data: FormData, name: string): string {
  const value = data.get(name);
  return typeof value === "string" ? value : "";
}

function showMessage(text: string): void {
  shown = null;
  summary.replaceChildren();
  target.replaceChildren(element("p", { class: "note", role: "status" }, text));
}

/** Replaces the whole report: an old or a partial one must not look like the current one. */
function showProblem(error: unknown): void {
  if (!(error instanceof ReportError)) console.error(error);
  const code = error instanceof ReportError ? error.code : null;
  shown = null;
  summary.replaceChildren();
  target.replaceChildren(
    element(
      "div",
      { class: "note problem", role: "alert" },
      element("strong", {}, texts.failed),
      element("p", {}, error instanceof Error ? error.message : String(error)),
      element("p", {}, texts.failedNote),
      ...(code === null
        ? []
        : [
            element(
              "p",
              {},
              element(
                "a",
                { href: `errors/${code}` },
                `${texts.explain}: ${code}`,
              ),
            ),
          ]),
    ),
  );
  if (code === "UNAUTHENTICATED") signIn.show(true);
}

async function download(): Promise<void> {
  const onlyGaps = new FormData(filter).has("onlyGaps");
  const wanted = asked();
  if (wanted === null) return;
  const { signal } = reading;
  try {
    const sender = { headers: signIn.headers, signal, isFresh: false };
    const url = URL.createObjectURL(await readCsv(wanted, onlyGaps, sender));
    element("a", { href: url, download: "coverage.csv" }).click();
    URL.revokeObjectURL(url);
  } catch (error) {
    if (!signal.aborted) showProblem(error);
  }
}

function openOnly(ids: readonly string[]): void {
  if (shown === null) return;
  shown.open = new Set(ids);
  drawRows();
}

for (const form of [question, filter]) {
  form.addEventListener("submit", (event) => event.preventDefault());
}
question.addEventListener("change", () => void read(false));
filter.addEventListener("input", drawRows);
find("expand").addEventListener("click", () =>
  openOnly(allFolders(shown?.top ?? [])),
);
find("collapse").addEventListener("click", () => openOnly([]));
find("refresh").addEventListener("click", () => void read(true));
find("download").addEventListener("click", () => void download());

void read(false);
