import { writeFile } from "node:fs/promises";
import { readConfig } from "../config/read-config.js";
import { startGateway } from "../gateway.js";
import { printedSchema } from "../pages/contracts.js";

/**
 * Writes schema.graphql from the code. For that, it starts a gateway on free ports,
 * which calls no upstream.
 */
const gateway = await startGateway(
  readConfig({
    PORT: "0",
    OPS_PORT: "0",
    LOG_LEVEL: "silent",
    UPSTREAM_ENDPOINT: "http://127.0.0.1:9",
    ALIBABA_CLOUD_ACCESS_KEY_ID: "none",
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: "none",
  }),
);
const file = new URL("../../schema.graphql", import.meta.url);
await writeFile(file, printedSchema(gateway.app).text);
await gateway.close();
