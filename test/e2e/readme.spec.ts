import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { buildSchema, parse, validate } from "graphql";
import { withTables } from "../../src/commands/readme-tables.js";
import { blocksOf, comparable, readme, stepsOf } from "../support/readme.js";
import { startBoth, type Running } from "../support/running.js";

const MARK = "--- end of step ---";

describe("the README", () => {
  let running: Running;
  let folder: string;

  beforeAll(async () => {
    running = await startBoth();
    folder = await mkdtemp(join(tmpdir(), "readme-"));
  });

  afterAll(async () => {
    await running.stop();
    await rm(folder, { recursive: true });
  });

  it("has tables that say what the code says", () => {
    expect(withTables(readme())).toBe(readme());
  });

  it("walks through REST as printed", async () => {
    const steps = blocksOf(readme(), "A walk through REST")
      .filter(({ language }) => language === "console")
      .flatMap(stepsOf);
    expect(steps.length).toBeGreaterThan(15);
    // One shell for all: later commands use the variables of earlier ones.
    const script = steps
      .map(
        ({ command }) =>
          `${here(command, running)}\nprintf '\\n%s\\n' '${MARK}'`,
      )
      .join("\n");
    const { stdout } = await promisify(execFile)("bash", ["-c", script], {
      cwd: folder,
    });
    const outputs = stdout.split(`\n${MARK}\n`);
    for (const [index, { command, output, line }] of steps.entries()) {
      expect({
        line,
        command,
        prints: comparable(outputs[index]?.trim() ?? ""),
      }).toEqual({
        line,
        command,
        prints: comparable(output.trim()),
      });
    }
  });

  it("prints no document that the schema does not know", () => {
    const schema = buildSchema(
      readFileSync(new URL("../../schema.graphql", import.meta.url), "utf8"),
    );
    const documents = [...readme().matchAll(/^```graphql\n([\s\S]*?)^```/gm)];
    expect(documents.length).toBeGreaterThan(5);
    for (const [, text = ""] of documents) {
      expect(validate(schema, parse(text)).map(String)).toEqual([]);
    }
  });

  it("walks through GraphQL as printed", async () => {
    running.emulator.control.reset();
    const blocks = blocksOf(readme(), "A walk through GraphQL");
    const documents = blocks.filter(({ language }) => language === "graphql");
    const answers = blocks.filter(({ language }) => language === "json");
    expect(documents).toHaveLength(answers.length);
    for (const [index, { text, line }] of documents.entries()) {
      const response = await fetch(`${running.gateway.url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ query: text }),
      });
      expect({ line, answer: normal(await response.text()) }).toEqual({
        line,
        answer: normal(answers[index]?.text ?? "null"),
      });
    }
  });

  it("watches a deletion as it says", async () => {
    running.emulator.control.reset();
    const [begin] = blocksOf(readme(), "Deletions, watched");
    const response = await fetch(`${running.gateway.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: begin?.text }),
    });
    expect(await response.json()).toEqual({
      data: {
        deleteMessageContact: {
          deletion: { state: "IN_PROGRESS" },
          errors: [],
        },
      },
    });
  });
});

/** The README's addresses, where the test's servers listen. */
function here(command: string, { gateway, emulator }: Running): string {
  return command
    .replaceAll("http://localhost:3000", gateway.url)
    .replaceAll("http://localhost:4010", emulator.url);
}

function normal(text: string): unknown {
  return JSON.parse(comparable(text)) as unknown;
}
