import { mkdir, writeFile } from "node:fs/promises";
import { FOLDER } from "./run.js";
import { startGateway } from "./running.js";

/** Writes the contracts of a running gateway and its emulator to build/documents. */
const folder = `${FOLDER}build/documents/`;
const gateway = await startGateway();
try {
  await mkdir(folder, { recursive: true });
  for (const [name, url] of [
    ["openapi.json", `${gateway.url}/openapi.json`],
    ["emulator.json", `${gateway.emulatorUrl}/_emulator/openapi.json`],
  ] as const) {
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
    await writeFile(`${folder}${name}`, await answer.text());
  }
} finally {
  await gateway.stop();
}
