import { spawnSync } from "node:child_process";
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";

/** A file system in memory that can be filled. */
export class SmallDisk {
  private constructor(private readonly folder: string) {}

  /** Mounts one on an empty folder; null if this user may not mount. */
  static mount(folder: string, bytes: number): SmallDisk | null {
    const { status } = spawnSync("mount", [
      ...["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", folder],
    ]);
    return status === 0 ? new SmallDisk(folder) : null;
  }

  pathOf(name: string): string {
    return join(this.folder, name);
  }

  /** Writes a file until the disk is full. */
  fill(): void {
    const fd = openSync(this.pathOf("filler"), "w");
    try {
      for (const size of [65_536, 1]) {
        try {
          for (;;) writeSync(fd, Buffer.alloc(size));
        } catch {
          // The disk has less than `size` bytes left.
        }
      }
    } finally {
      closeSync(fd);
    }
  }

  /** Removes what `fill` has written. */
  free(): void {
    rmSync(this.pathOf("filler"), { force: true });
  }

  unmount(): void {
    spawnSync("umount", [this.folder]);
  }
}
