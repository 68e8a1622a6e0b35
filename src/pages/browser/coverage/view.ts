import type { Account, Report, TypeCoverage, TypeSummary } from "./report.js";
import { fill, type Texts } from "./texts.js";
import { nameOf, type FolderNode, type Row } from "./tree.js";

type Child = Node | string;

/** Creates an element. Text is never parsed as HTML. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElement {
  const created = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    created.setAttribute(attribute, value);
  }
  created.append(...children);
  return created;
}

/** Paths of the symbols, in a box of 16 by 16. */
const SYMBOLS = {
  ok: "M3.5 8.5l3 3 6-7",
  NOBODY: "M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2zM4 4l8 8",
  ONLY_UNVERIFIED:
    "M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2zM8 5v3.2l2.2 1.6",
  TOO_FEW: "M8 2.5l6 10.8H2zM8 6.5v3.2M8 11.4v.4",
  open: "M4 6l4 4 4-4",
  closed: "M6 4l4 4-4 4",
} as const;

function symbol(name: keyof typeof SYMBOLS): SVGElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", SYMBOLS[name]);
  svg.append(path);
  return svg;
}

/** Draws the report. Each method returns new elements. */
export class View {
  constructor(
    private readonly texts: Texts,
    private readonly minRecipients: number,
  ) {}

  /** Numbers of the whole report, by message type. */
  summary({
    accounts,
    accountsWithGaps,
    messageTypes,
  }: Report["summary"]): HTMLElement {
    const { texts } = this;
    return element(
      "div",
      { class: "tiles" },
      element(
        "div",
        { class: accountsWithGaps === 0 ? "tile total good" : "tile total" },
        element("strong", {}, fill("{n}", { n: accountsWithGaps })),
        element("span", {}, texts.accountsWithGaps),
        element(
          "span",
          { class: "soft" },
          fill(texts.ofAccounts, { n: accounts }),
        ),
      ),
      ...messageTypes.map((type) => {
        const label = this.nameOfType(type.messageType);
        return element(
          "div",
          { class: "tile" },
          element("span", { class: "label" }, label),
          element("meter", {
            min: "0",
            max: String(Math.max(1, accounts)),
            value: String(type.coveredAccounts),
            "aria-label": label,
          }),
          element(
            "span",
            {},
            fill(texts.coveredOf, {
              n: type.coveredAccounts,
              total: accounts,
            }),
          ),
          element(
            "span",
            { class: "soft" },
            type.coveredAccounts === accounts
              ? texts.noGaps
              : this.gapsOf(type),
          ),
        );
      }),
    );
  }

  /** Numbers of accounts with a gap, by reason. */
  private gapsOf(type: TypeSummary): string {
    const { texts } = this;
    const numbers: readonly (readonly [string, number])[] = [
      [texts.nobodyAccounts, type.nobodyAccounts],
      [texts.unverifiedAccounts, type.onlyUnverifiedAccounts],
      [texts.fewAccounts, type.tooFewAccounts],
    ];
    return numbers
      .filter(([, n]) => n > 0)
      .map(([text, n]) => fill(text, { n }))
      .join(" · ");
  }

  /** The table without its rows. */
  table(messageTypes: readonly string[], body: HTMLElement): HTMLElement {
    return element(
      "div",
      { class: "wide" },
      element(
        "table",
        { role: "treegrid", "aria-label": this.texts.table },
        element(
          "thead",
          {},
          element(
            "tr",
            {},
            element("th", { scope: "col" }, this.texts.account),
            ...messageTypes.map((type) =>
              element(
                "th",
                { scope: "col", title: type },
                this.nameOfType(type),
              ),
            ),
          ),
        ),
        body,
      ),
    );
  }

  row(row: Row, position: number): HTMLElement {
    const attributes = {
      role: "row",
      tabindex: "-1",
      "aria-level": String(row.level),
      "data-position": String(position),
    };
    return row.kind === "folder"
      ? this.folderRow(row.folder, row.isOpen, attributes)
      : this.accountRow(row.account, attributes);
  }

  private folderRow(
    folder: FolderNode,
    isOpen: boolean,
    attributes: Readonly<Record<string, string>>,
  ): HTMLElement {
    const { texts } = this;
    return element(
      "tr",
      { ...attributes, class: "folder", "aria-expanded": String(isOpen) },
      element(
        "td",
        { role: "gridcell", title: folder.id },
        symbol(isOpen ? "open" : "closed"),
        element("span", { class: "name" }, folder.name),
        element("span", { class: "soft" }, this.accountsOf(folder)),
      ),
      ...folder.gaps.map((gaps) =>
        element(
          "td",
          { role: "gridcell" },
          folder.accountCount === 0
            ? ""
            : gaps === 0
              ? element(
                  "span",
                  { class: "mark ok", title: texts.folderCovered },
                  symbol("ok"),
                  element("span", { class: "hidden" }, texts.folderCovered),
                )
              : element(
                  "span",
                  { class: "sum" },
                  fill(texts.folderGaps, { n: gaps }),
                ),
        ),
      ),
    );
  }

  private accountsOf({ accountCount: n }: FolderNode): string {
    const { accountCount, oneAccount, noAccount } = this.texts;
    if (n === 0) return noAccount;
    return n === 1 ? oneAccount : fill(accountCount, { n });
  }

  private accountRow(
    account: Account,
    attributes: Readonly<Record<string, string>>,
  ): HTMLElement {
    const name = nameOf(account);
    return element(
      "tr",
      { ...attributes, class: "account" },
      element(
        "td",
        { role: "gridcell" },
        element("span", { class: "name" }, name),
        ...(name === account.accountId
          ? []
          : [element("span", { class: "id soft" }, account.accountId)]),
      ),
      ...account.messageTypes.map((type) =>
        element("td", { role: "gridcell" }, this.mark(type)),
      ),
    );
  }

  private mark({
    gap,
    boundActive,
    boundVerifying,
  }: TypeCoverage): HTMLElement {
    const { texts } = this;
    if (gap === null) {
      const text = fill(texts.covered, { n: boundActive });
      return element(
        "span",
        { class: "mark ok" },
        symbol("ok"),
        element("span", {}, text),
      );
    }
    const n = gap === "ONLY_UNVERIFIED" ? boundVerifying : boundActive;
    return element(
      "span",
      { class: `mark gap ${gap.toLowerCase()}` },
      symbol(gap),
      element("span", {}, fill(texts[gap], { n, min: this.minRecipients })),
    );
  }

  private nameOfType(type: string): string {
    return this.texts[type as keyof Texts] ?? type;
  }
}
