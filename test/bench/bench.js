import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildGateway, buildPeers, installPeers } from "./build.js";
import { CpuBench } from "./cpu.js";
import { HELP, readOptions } from "./options.js";
import { Helper, reserveCore } from "./processes.js";
import { toMarkdown } from "./report.js";
import { Scale, scaleTables } from "./scale.js";

function save(result, name) {
  const folder = new URL("results/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  const rounded = (_, value) =>
    typeof value === "number" ? Number(value.toPrecision(4)) : value;
  writeFileSync(
    new URL(`${name}.json`, folder),
    `${JSON.stringify(result, rounded, 2)}\n`,
  );
}

/** Fails if the gateway returned a value that was not current. */
async function measureVendorLimit(parts) {
  // Compiled by `buildPeers`.
  const { measureEconomy } = await import("./economy.js");
  const { economyTables, hasViolations } = await import("./economy-report.js");
  const rows = await measureEconomy(parts);
  save(rows, "vendor-limit");
  process.stdout.write(economyTables(rows));
  if (hasViolations(rows)) throw new Error("a read was older than reported");
}

async function main() {
  const options = readOptions(process.argv.slice(2));
  if (options.help) return process.stdout.write(HELP);
  if (options.show !== undefined) {
    return process.stdout.write(
      toMarkdown(JSON.parse(readFileSync(options.show, "utf8"))),
    );
  }
  installPeers();
  buildPeers();
  const gateway = options.gateway ?? buildGateway();
  const scratch = mkdtempSync(join(tmpdir(), "bench-"));
  const parts = { options, gateway, scratch };
  const helpers = [];
  const startHelpers = async () => {
    for (const module of ["stub.js", "load.js"]) {
      helpers.push(await Helper.start(module));
    }
    const [stub, load] = helpers;
    return { ...parts, stub, load };
  };
  try {
    if (options.isVendorLimited) return await measureVendorLimit(parts);
    if (options.scale) {
      const result = await new Scale(await startHelpers()).measure();
      save(result, "scale");
      process.stdout.write(scaleTables(result));
      return;
    }
    // Before the helpers start, because they inherit the cores of this process.
    const core = reserveCore();
    const bench = new CpuBench({ ...(await startHelpers()), core });
    const result = await bench.run();
    save(result, new Date().toISOString().replace(/\W/g, "-"));
    if (options.release) save(result, "release");
    process.stdout.write(toMarkdown(result));
  } finally {
    for (const helper of helpers) helper.stop();
    rmSync(scratch, { recursive: true });
    if (options.gateway === undefined) rmSync(gateway, { recursive: true });
  }
}

await main().then(
  () => process.exit(0),
  (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  },
);
