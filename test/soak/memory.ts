import { readFile } from "node:fs/promises";

const PAGE_BYTES = 4_096;
const MIB = 1024 * 1024;

/** Resident memory of a process in MiB (Linux). */
export async function residentMib(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/statm`, "utf8");
  return (Number(text.split(" ")[1]) * PAGE_BYTES) / MIB;
}

/** Samples the memory of a process once a second until it is stopped. */
export class MemoryWatch {
  private readonly samples: { readonly atMs: number; readonly mib: number }[] =
    [];
  private readonly timer: NodeJS.Timeout;

  /** @param measure resident memory of the process, in MiB */
  constructor(
    private readonly pid: number,
    private readonly measure: (pid: number) => Promise<number> = residentMib,
  ) {
    this.timer = setInterval(() => void this.sample(), 1_000);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  get peakMib(): number {
    return Math.round(Math.max(...this.samples.map(({ mib }) => mib)));
  }

  /** Slope in MiB per minute by least squares, without the first third (warm-up). */
  get slopeMibPerMinute(): number {
    const samples = this.samples.slice(Math.floor(this.samples.length / 3));
    const count = samples.length;
    if (count < 2) return 0;
    const meanAt = samples.reduce((sum, { atMs }) => sum + atMs, 0) / count;
    const meanMib = samples.reduce((sum, { mib }) => sum + mib, 0) / count;
    let above = 0;
    let below = 0;
    for (const { atMs, mib } of samples) {
      above += (atMs - meanAt) * (mib - meanMib);
      below += (atMs - meanAt) ** 2;
    }
    return Math.round((above / below) * 60_000 * 100) / 100;
  }

  private async sample(): Promise<void> {
    const mib = await this.measure(this.pid).catch(() => null);
    if (mib !== null) this.samples.push({ atMs: performance.now(), mib });
  }
}
