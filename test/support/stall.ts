import { spawnSync } from "node:child_process";

/**
 * Blocks the event loop until the servers have replied to all earlier commands, and at
 * least `ms` more. Afterwards the replies lie in the sockets, unread. In the phase of an
 * immediate, expired timers are the next that the event loop runs.
 */
export function stallUntilReplied(
  servers: readonly { readonly port: number }[],
  ms: number,
): void {
  for (const { port } of servers) {
    // Redis replies to commands in the order in which they arrive.
    const { stdout } = spawnSync("redis-cli", ["-p", String(port), "PING"], {
      encoding: "utf8",
    });
    if (stdout.trim() !== "PONG") throw new Error(`no reply: ${stdout}`);
  }
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
