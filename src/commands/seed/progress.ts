import { barOf, ERASE_LINE, type Terminal } from "../cli/terminal.js";

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
    const clear = this.terminal.isTTY === true ? ERASE_LINE : "";
    this.terminal.write(`${clear}${line}\n`);
    this.draw();
  }

  end(): void {
    if (this.terminal.isTTY === true) this.terminal.write(ERASE_LINE);
  }

  private draw(): void {
    if (this.terminal.isTTY !== true) return;
    this.terminal.write(`  ${barOf(this.done, this.total)}`);
  }
}
