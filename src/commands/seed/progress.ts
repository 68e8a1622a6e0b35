/** Where a command writes for people. */
export interface Terminal {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const WIDTH = 24;

/** A bar that is drawn over itself on a terminal, and left out elsewhere. */
export class Progress {
  private done = 0;

  constructor(
    private readonly total: number,
    private readonly terminal: Terminal,
  ) {
    this.draw();
  }

  /** One more is done; its line stays above the bar. */
  step(line: string): void {
    this.done += 1;
    const clear = this.terminal.isTTY === true ? "\r\u001b[2K" : "";
    this.terminal.write(`${clear}${line}\n`);
    this.draw();
  }

  end(): void {
    if (this.terminal.isTTY === true) this.terminal.write("\r\u001b[2K");
  }

  private draw(): void {
    if (this.terminal.isTTY !== true) return;
    const filled = Math.round((this.done / this.total) * WIDTH);
    const bar = "█".repeat(filled) + "░".repeat(WIDTH - filled);
    this.terminal.write(`  ${bar} ${this.done}/${this.total}`);
  }
}
