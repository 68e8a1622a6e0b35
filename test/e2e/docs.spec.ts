import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  afterAll,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
} from "@jest/globals";
import { buildSchema, parse, validate } from "graphql";
import { callsUnderLoad, COSTS } from "../support/cost-table.js";
import {
  blocksOf,
  comparable,
  documentAt,
  documentPaths,
  stepsOf,
  type Block,
} from "../support/docs.js";
import { startBoth, type Running } from "../support/running.js";
import { replaceOutputs, type NewOutput } from "../support/update-docs.js";

const MARK = "--- end of step ---";

/** Documents with executed `console` blocks, and the heading above them; undefined: the whole document. */
const CONSOLE_BLOCKS: readonly [path: string, heading: string | undefined][] = [
  ["README.md", "First contact"],
  ["docs/walkthrough-rest.md", undefined],
  ["docs/coverage.md", undefined],
];

describe("the documentation", () => {
  let running: Running;
  let folder: string;

  beforeAll(async () => {
    running = await startBoth();
    folder = await mkdtemp(join(tmpdir(), "docs-"));
  });

  beforeEach(() => running.emulator.control.reset());

  afterAll(async () => {
    await running.stop();
    await rm(folder, { recursive: true });
  });

  it.each(CONSOLE_BLOCKS)(
    "shows the real output of every command in %s",
    async (path, heading) => {
      const steps = blocksOf(path, heading)
        .filter(({ language }) => language === "console")
        .flatMap(stepsOf);
      expect(steps.length).toBeGreaterThan(2);
      const outputs = await outputsOf(
        steps.map(({ command }) => withTestUrls(command, running)),
        folder,
      );
      const compared = steps.map(({ command, output, line }, index) => ({
        line,
        command,
        printed: output.trim(),
        current: outputs[index] ?? "",
      }));
      if (replaceOutputs(path, compared.filter(isDifferent))) return;
      for (const { line, command, printed, current } of compared) {
        expect({ line, command, output: comparable(current) }).toEqual({
          line,
          command,
          output: comparable(printed),
        });
      }
    },
  );

  it("shows the real response to every document in walkthrough-graphql.md", async () => {
    const path = "docs/walkthrough-graphql.md";
    const blocks = blocksOf(path);
    const compared: (NewOutput & { document: Block })[] = [];
    for (const [index, document] of blocks.entries()) {
      const response = blocks[index + 1];
      if (document.language !== "graphql" || response?.language !== "json")
        continue;
      const current = await responseTo(document.text, running);
      compared.push({ ...response, document, printed: response.text, current });
    }
    expect(compared.length).toBeGreaterThan(3);
    const isChanged = ({ printed, current }: NewOutput): boolean =>
      JSON.stringify(normal(printed)) !== JSON.stringify(normal(current));
    if (replaceOutputs(path, compared.filter(isChanged))) return;
    for (const { document, printed, current } of compared) {
      expect({ place: document.place, response: normal(current) }).toEqual({
        place: document.place,
        response: normal(printed),
      });
    }
  });

  it("contains only GraphQL documents that are valid for the schema", () => {
    const schema = buildSchema(documentAt("schema.graphql"));
    const documents = documentPaths()
      .flatMap((path) => blocksOf(path))
      .filter(({ language }) => language === "graphql");
    expect(documents.length).toBeGreaterThan(5);
    for (const { text, place } of documents) {
      expect([place, validate(schema, parse(text)).map(String)]).toEqual([
        place,
        [],
      ]);
    }
  });

  it("starts the deletion that clients.md then watches", async () => {
    const [begin, watch] = blocksOf("docs/clients.md", "Watch a deletion");
    expect(watch?.text).toMatch(/^subscription \{/);
    expect(JSON.parse(await responseTo(begin?.text ?? "", running))).toEqual({
      data: {
        deleteMessageContact: {
          deletion: { state: "IN_PROGRESS" },
          errors: [],
        },
      },
    });
  });

  it("lists in clients.md exactly the costs that the tests measure", () => {
    const path = "docs/clients.md";
    const lines = documentAt(path).split("\n");
    const heading = lines.indexOf("## What a request costs");
    // Below the header of the first table after the heading.
    const start =
      lines.findIndex((line, at) => at > heading && line.startsWith("|")) + 2;
    const end = lines.findIndex(
      (line, at) => at > start && !line.startsWith("|"),
    );
    const rows = lines.slice(start, end).map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
    const measured = COSTS.map((row) => [
      row.request,
      String(row.calls.length),
      callsUnderLoad(row),
      String(row.inParallel),
    ]);
    const table = {
      line: start,
      printed: lines.slice(start, end).join("\n"),
      current: measured.map((row) => `| ${row.join(" | ")} |`).join("\n"),
    };
    if (!replaceOutputs(path, [table])) expect(rows).toEqual(measured);
  });
});

/** Output of each command. All run in one shell, because later commands use variables of earlier ones. */
async function outputsOf(
  commands: readonly string[],
  folder: string,
): Promise<string[]> {
  const script = commands
    .map((command) => `${command}\nprintf '\\n%s\\n' '${MARK}'`)
    .join("\n");
  const { stdout } = await promisify(execFile)("bash", ["-c", script], {
    cwd: folder,
  });
  return stdout.split(`\n${MARK}\n`).map((output) => output.trim());
}

async function responseTo(
  query: string,
  { gateway }: Running,
): Promise<string> {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query }),
  });
  return response.text();
}

/** Replaces the documented URLs in a command by those of the test's servers. */
function withTestUrls(command: string, { gateway, emulator }: Running): string {
  return command
    .replaceAll("http://localhost:3000", gateway.url)
    .replaceAll("http://localhost:4010", emulator.url);
}

function isDifferent({ printed, current }: NewOutput): boolean {
  return comparable(printed) !== comparable(current);
}

function normal(text: string): unknown {
  return JSON.parse(comparable(text)) as unknown;
}
