import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { buildGateway, GatewayProcess } from "../support/gateway-process.js";

/** A process that finds a memory limit of 512 MiB, as in a container. */
const LIMITED = `--import=data:text/javascript,process.constrainedMemory=()=>${512 * 1024 * 1024}`;

/** Only newer versions of Node.js can replace a process. */
const itReplaces =
  process.platform === "linux" && "execve" in process ? it : it.skip;

const optionsOf = (pid: number): string[] =>
  readFileSync(`/proc/${pid}/cmdline`, "utf8")
    .split("\0")
    .filter((argument) => argument.startsWith("--max-old-space-size"));

describe("a gateway in a container with a memory limit", () => {
  let entry: string;
  const started: GatewayProcess[] = [];

  const start = async (nodeOptions: string): Promise<GatewayProcess> => {
    const environment = { NODE_OPTIONS: nodeOptions };
    const gateway = await GatewayProcess.start(entry, environment);
    started.push(gateway);
    return gateway;
  };

  beforeAll(() => {
    entry = buildGateway();
  }, 300_000);

  afterAll(() => {
    for (const { pid } of started) process.kill(pid, "SIGKILL");
  });

  itReplaces(
    "serves requests under the same process id with a heap limit of 60 %",
    async () => {
      const gateway = await start(LIMITED);
      expect(optionsOf(gateway.pid)).toEqual(["--max-old-space-size=307"]);
      expect((await fetch(`${gateway.opsUrl}/livez`)).status).toBe(200);
    },
    90_000,
  );

  it("keeps a heap limit that the operator sets", async () => {
    const gateway = await start(`${LIMITED} --max-old-space-size=200`);
    expect(optionsOf(gateway.pid)).toEqual([]);
    expect((await fetch(`${gateway.opsUrl}/livez`)).status).toBe(200);
  }, 90_000);
});
