import { randomUUID } from "node:crypto";
import { checkRecord } from "./dist/bench/economy/check-record.js";
import { figuresOf } from "./dist/bench/economy/figures.js";
import { Mix } from "./dist/bench/economy/mix.js";
import { openLoad } from "./dist/bench/economy/open-load.js";
import { LimitedSetup } from "./limited-setup.js";

/** Runs of the table: servers, replicas and requests per second. */
const RUNS = [
  ...["ours", "e", "f"].flatMap((peer) =>
    [50, 200, 1_000].map((rate) => ({ peer, replicas: 1, rate })),
  ),
  { peer: "ours", replicas: 2, rate: 1_000 },
];

/** The first requests start without a cache, and the programs without compiled code. */
const WARM_UP_SECONDS = 3;

/** Calls are read this often: the emulator keeps the latest 10,000. */
const READ_CALLS_EVERY_SECONDS = 5;

/**
 * Measures how many requests are answered completely while the vendor allows 20 calls a
 * second for each operation. The load is open: requests arrive at a fixed rate, however
 * long the earlier ones take.
 *
 * @param gateway folder of the built gateway
 * @param scratch folder for files of the servers
 * @returns one row for each run
 */
export async function measureEconomy({ gateway, scratch, options }) {
  const rows = [];
  for (const run of RUNS) {
    const { limitedPeers, rates } = options;
    if (!limitedPeers.includes(run.peer) || !rates.includes(run.rate)) continue;
    process.stderr.write(`${run.peer}, ${run.rate}/s, ${run.replicas}\n`);
    const setup = await LimitedSetup.start({ ...run, gateway, scratch });
    try {
      rows.push({ ...run, ...(await measure(setup, run, options.seconds)) });
    } finally {
      await setup.stop();
    }
  }
  return rows;
}

async function measure(setup, { rate }, seconds) {
  const { api, contacts, target } = setup;
  const mix = new Mix(contacts, api, randomUUID());
  const warmUp = await openLoad(target, mix, rate, WARM_UP_SECONDS);
  const reader = setup.readCalls(READ_CALLS_EVERY_SECONDS);
  const cpuBefore = setup.cpuMicros();
  const record = await openLoad(target, mix, rate, seconds);
  const cpuMicros = (setup.cpuMicros() - cpuBefore) / record.length;
  const calls = await reader.stop();
  return {
    ...figuresOf(record, calls),
    cpuMicros,
    ...checkRecord(contacts, [...warmUp, ...record]),
  };
}
