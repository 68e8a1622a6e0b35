import type { Row } from "./tree.js";

/** What a key or a click does to the rows. */
export interface TreeGridActions {
  /** The visible rows, in the order of the table. */
  readonly rows: () => readonly Row[];
  /** Opens or closes a folder and draws the rows again. */
  readonly toggle: (folderId: string, isOpen: boolean) => void;
}

/**
 * Keyboard and mouse of a tree grid (ARIA Authoring Practices, "Treegrid", rows first):
 * up, down, Home and End move the focus; right opens a folder, left closes it or moves
 * to the parent; Enter and Space toggle.
 */
export class TreeGrid {
  private position = 0;

  constructor(
    private readonly body: HTMLElement,
    private readonly actions: TreeGridActions,
  ) {
    body.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (this.act(event.key)) event.preventDefault();
    });
    body.addEventListener("click", ({ target }) => {
      const row = (target as Element).closest("tr");
      if (row === null || getSelection()?.isCollapsed === false) return;
      this.moveTo(Number(row.dataset["position"]));
      this.toggleCurrent();
    });
  }

  /** Makes one row reachable by Tab, after the rows were drawn. */
  update(): void {
    this.position = Math.max(
      0,
      Math.min(this.position, this.actions.rows().length - 1),
    );
    this.rowAt(this.position)?.setAttribute("tabindex", "0");
  }

  private act(key: string): boolean {
    const rows = this.actions.rows();
    const row = rows[this.position];
    if (row === undefined) return false;
    switch (key) {
      case "ArrowDown":
        return this.moveTo(this.position + 1);
      case "ArrowUp":
        return this.moveTo(this.position - 1);
      case "Home":
        return this.moveTo(0);
      case "End":
        return this.moveTo(rows.length - 1);
      case "ArrowRight":
        if (row.kind === "folder" && !row.isOpen) return this.toggleCurrent();
        return row.kind === "folder" && this.moveTo(this.position + 1);
      case "ArrowLeft": {
        if (row.kind === "folder" && row.isOpen) return this.toggleCurrent();
        const above = rows.slice(0, this.position);
        return this.moveTo(
          above.findLastIndex(({ level }) => level < row.level),
        );
      }
      case "Enter":
      case " ":
        return this.toggleCurrent();
      default:
        return false;
    }
  }

  private toggleCurrent(): boolean {
    const row = this.actions.rows()[this.position];
    if (row?.kind !== "folder") return false;
    this.actions.toggle(row.folder.id, !row.isOpen);
    this.rowAt(this.position)?.focus();
    return true;
  }

  private moveTo(position: number): boolean {
    const row = this.rowAt(position);
    if (row === null) return false;
    this.rowAt(this.position)?.setAttribute("tabindex", "-1");
    this.position = position;
    row.setAttribute("tabindex", "0");
    row.focus();
    return true;
  }

  private rowAt(position: number): HTMLElement | null {
    return this.body.querySelector(`[data-position="${position}"]`);
  }
}
