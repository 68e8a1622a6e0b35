import cluster from "node:cluster";
import { totalmem } from "node:os";

/** Share of the memory limit for all heaps. Buffers, code and stacks need the rest. */
const HEAP_SHARE = 0.6;

/** Below this the gateway does not start. */
const MIN_HEAP_MIB = 64;

const FLAG = "--max-old-space-size";

/** What the heap limit depends on. */
export interface ProcessMemory {
  /** Memory limit of the control group in bytes; without one, 0 or more than `total`. */
  readonly limit: number;
  /** Memory of the machine in bytes. */
  readonly total: number;
  /** Options of Node.js, from the command line and from `NODE_OPTIONS`. */
  readonly nodeOptions: readonly string[];
}

/**
 * Heap limit of each of several processes in MiB, from the memory limit of the container.
 * Null without a memory limit, and if the options of Node.js already set a heap limit.
 */
export function heapLimitFor(
  processes: number,
  { limit, total, nodeOptions }: ProcessMemory,
): number | null {
  if (!(limit > 0 && limit < total)) return null;
  const isSet = nodeOptions.some((option) =>
    option.replaceAll("_", "-").startsWith(FLAG),
  );
  if (isSet) return null;
  const share = (limit * HEAP_SHARE) / processes / 1024 / 1024;
  return Math.max(MIN_HEAP_MIB, Math.floor(share));
}

/**
 * Applies the heap limit that the memory of the container allows. V8 reads it only when a
 * process starts. Worker processes get it as an option. A single process replaces itself
 * with the same program and the option, and keeps its process id; Node.js has the call for
 * this since 22.15. With an older version the default of V8 applies, about half of the
 * memory limit.
 *
 * @param processes number of gateway processes
 */
export function applyHeapLimit(processes: number): void {
  const heapLimit = heapLimitFor(processes, memoryOfProcess());
  if (heapLimit === null) return;
  const execArgv = [...process.execArgv, `${FLAG}=${heapLimit}`];
  if (processes > 1) {
    cluster.setupPrimary({ execArgv });
    return;
  }
  const { execve } = process as { execve?: Execve };
  if (execve === undefined || process.platform === "win32") return;
  const { execPath, argv, env } = process;
  execve(execPath, [execPath, ...execArgv, ...argv.slice(1)], env);
}

type Execve = (
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
) => never;

function memoryOfProcess(): ProcessMemory {
  return {
    limit: process.constrainedMemory(),
    total: totalmem(),
    nodeOptions: [
      ...process.execArgv,
      ...(process.env["NODE_OPTIONS"] ?? "").split(/\s+/),
    ],
  };
}
