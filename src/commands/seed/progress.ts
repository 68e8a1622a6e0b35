/** Output stream of a command. */
export interface Terminal {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const WIDTH = 24;

/** A progress bar. It is drawn only if the output is a terminal. */
export class Progress {
  private done = 0;

  constructor(
    private readonly total: number,
    private readonly terminal: Terminal,
  ) {
    this.draw();
  }

  /** Counts one more step and prints its line above the bar. */
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
