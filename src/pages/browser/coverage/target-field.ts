import type { Report } from "./report.js";
import { targetIdIn, targetsOf, type Target } from "./targets.js";
import type { Texts } from "./texts.js";
import { element } from "./view.js";

/** Parameter of the page's address that names the folder or account. */
const PARAMETER = "under";

/**
 * The field for a folder or an account. It suggests the paths of the report, accepts an
 * id, a path or a name, and keeps the id in the address of the page.
 */
export class TargetField {
  private targets: readonly Target[] = [];
  /** Name or path in the address of the page, until it can be looked up. */
  private linked = "";

  constructor(
    private readonly input: HTMLInputElement,
    private readonly suggestions: HTMLElement,
    private readonly texts: Texts,
  ) {
    const text = new URL(location.href).searchParams.get(PARAMETER) ?? "";
    const id = targetIdIn(text, []);
    input.value = id ?? "";
    // Names and paths are not known before the first report.
    if (id === null) this.linked = text.trim();
    input.addEventListener("input", () => input.setCustomValidity(""));
  }

  /**
   * The id that is entered; undefined for the whole directory. Null if the text names no
   * folder or account: the field then is invalid.
   */
  get id(): string | null | undefined {
    const text = this.input.value.trim();
    const id = text === "" ? undefined : targetIdIn(text, this.targets);
    this.input.setCustomValidity(id === null ? this.texts.noTarget : "");
    return id;
  }

  /**
   * Enters the name or path of the address of the page, after the first report. False if
   * there is none, or if the user has entered something else.
   */
  enterLinked(): boolean {
    const text = this.linked;
    this.linked = "";
    if (text === "" || this.input.value !== "") return false;
    this.input.value = text;
    return true;
  }

  /**
   * Keeps an id in the address of the page, and in the link to the other language, so that
   * a link or a reload asks for the same.
   */
  keep(id: string | undefined): void {
    const url = withTarget(location.href, id);
    if (url !== location.href) history.replaceState(null, "", url);
    const others = document.querySelectorAll<HTMLAnchorElement>("a[hreflang]");
    for (const link of others) link.href = withTarget(link.href, id);
  }

  /**
   * Suggests the folders and accounts of a report. Accounts of earlier reports are kept,
   * because a report about one folder has no others.
   */
  suggest(report: Report): void {
    const targets = targetsOf(report);
    const ids = new Set(targets.map(({ id }) => id));
    this.targets = [
      ...targets,
      ...this.targets.filter(({ id }) => !ids.has(id)),
    ];
    this.suggestions.replaceChildren(
      ...this.targets.map(({ id, path }) =>
        element("option", { value: path }, id),
      ),
    );
  }

  /** Forgets the suggestions: another caller may not see them. */
  clear(): void {
    this.targets = [];
    this.suggestions.replaceChildren();
  }
}

function withTarget(href: string, id: string | undefined): string {
  const url = new URL(href);
  if (id === undefined) url.searchParams.delete(PARAMETER);
  else url.searchParams.set(PARAMETER, id);
  return url.href;
}
