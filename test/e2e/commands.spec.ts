import { spawnSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { COMMAND_NAMES } from "../../src/commands/cli/definition.js";
import { digestOf, parseKeyFile } from "../../src/config/files/key-file.js";
import {
  startEmulator,
  type RunningEmulator,
} from "../../src/emulator/emulator.server.js";
import { buildGateway, GatewayProcess } from "../support/gateway-process.js";
import { keysFor, newFolder } from "../support/signed-in.js";
import { until } from "../support/until.js";
import { listening, type LocalServer } from "../support/tls-servers.js";

interface End {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const folder = newFolder();
const { version } = JSON.parse(
  readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
) as { version: string };

let entry: string;
let occupied: LocalServer;

beforeAll(async () => {
  const built = buildGateway();
  // A folder without packages, as in the container image.
  const root = dirname(folder.write("package.json", { version }));
  copyFileSync(
    new URL("../../package.json", import.meta.url),
    join(root, "package.json"),
  );
  mkdirSync(join(root, "dist"));
  cpSync(dirname(built), join(root, "dist/bundle"), { recursive: true });
  entry = join(root, "dist/bundle/main.js");
  occupied = await listening(createServer());
}, 120_000);
afterAll(async () => {
  await occupied.close();
  folder.remove();
});

function run(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): End {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--enable-source-maps", entry, ...args],
    { encoding: "utf8", env: environment },
  );
  expect(stdout + stderr).not.toMatch(/^ +at /m);
  return { status, stdout, stderr };
}

describe("the program", () => {
  it.each(["--help", "-h", "help"])("lists its commands for %s", (option) => {
    const { status, stdout, stderr } = run([option]);
    expect([status, stderr]).toEqual([0, ""]);
    for (const name of COMMAND_NAMES) expect(stdout).toContain(`  ${name} `);
  });

  it.each([["--version"], ["-v"], ["doctor", "--version"]])(
    "prints its version for %s %s",
    (...args) => {
      expect(run(args)).toEqual({
        status: 0,
        stdout: `${version}\n`,
        stderr: "",
      });
    },
  );

  it.each<[string[], RegExp]>([
    [["docter"], /docter is not a command. Did you mean doctor\?/],
    [["restart-all"], /not a command. Commands: serve, doctor/],
    [["--prot", "3000"], /--prot is not an option of serve/],
    [["-x"], /-x is not an option of serve/],
    [["serve", "now"], /now is an unexpected argument/],
    [["key", "--caler=x"], /--caler is not an option .* Did you mean --caller/],
    [["key", "--caller"], /--caller requires a value/],
    [["key", "--caller", "a", "--caller", "b"], /--caller is given twice/],
    [["key"], /--caller is missing/],
    [["key", "--caller", "a b", "--scopes", "x"], /x is not a scope/],
    [
      ["key", "--caller", "a", "--scopes", "contacts:raed"],
      /contacts:raed is not a scope. Did you mean contacts:read\?/,
    ],
    [
      [
        "key",
        "--caller",
        "a",
        "--scopes",
        "contacts:read",
        "--expires",
        "soon",
      ],
      /--expires must be an RFC 3339 instant/,
    ],
    [
      [
        "key",
        "--caller",
        "a",
        "--scopes",
        "contacts:read",
        "--directories",
        "A B",
      ],
      /--directories must be aliases/,
    ],
    [
      ["policy", "--scopes", "all"],
      /all is not a scope. Scopes: contacts:read/,
    ],
    [["seed"], /The file with the contacts is missing/],
    [["seed", "a.json", "b.json"], /b.json is an unexpected argument/],
    [["seed", "a.json", "--yes=1"], /--yes takes no value/],
    [["seed", "a.json"], /The target is missing/],
    [
      ["seed", "package.json", "--emulator", "4010"],
      /--emulator must be a URL/,
    ],
  ])("ends with 2 and a reason for %j", (args, reason) => {
    const { status, stdout, stderr } = run(args);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(reason);
    expect(stderr).toMatch(/See: npm .* --help\n$/);
  });

  it.each(COMMAND_NAMES)(
    "prints usage, options, examples and exit codes of %s",
    (name) => {
      const { status, stdout, stderr } = run([name, "--help"]);
      expect([status, stderr]).toEqual([0, ""]);
      for (const title of ["Usage", "Options", "Examples", "Exit codes"]) {
        expect(stdout).toMatch(new RegExp(`^${title}:\n  \\S`, "m"));
      }
      expect(run(["help", name]).stdout).toBe(stdout);
    },
  );
});

describe("key", () => {
  it("prints a key and a valid entry for the key file", () => {
    const { status, stdout } = run([
      ...["key", "--caller", "billing", "--expires", "2099-01-31T00:00:00Z"],
      ...["--scopes", "contacts:read, contacts:write", "--directories", "main"],
    ]);
    expect(status).toBe(0);
    const [, key = ""] = /^ {2}(mcg_\S+)$/m.exec(stdout) ?? [];
    const entryText = stdout.slice(stdout.indexOf("{"));
    const { entries, problems } = parseKeyFile(`{"keys":[${entryText}]}`, []);
    expect(problems).toEqual([]);
    expect(entries[0]?.digest).toEqual(digestOf(key));
    expect(entries[0]?.caller).toMatchObject({
      id: "billing",
      directories: ["main"],
    });
  });
});

describe("policy", () => {
  it("prints the policy for all scopes without options", () => {
    const { status, stdout } = run(["policy"]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ Version: "1" });
  });
});

describe("doctor", () => {
  it("ends with 0 on the embedded emulator", () => {
    const { status, stdout } = run(["doctor"]);
    expect([status, stdout]).toEqual([
      0,
      expect.stringContaining("The gateway can start."),
    ]);
  });

  it("ends with 1 and names file, entry, variable and near misses", () => {
    const keys = folder.write("bad-keys.json", {
      keys: [
        { caller: "a", sha256: "0".repeat(64), scopes: ["contacts:reed"] },
      ],
    });
    const directories = folder.write("bad-directories.json", {
      directories: {
        main: {
          endpoint: "https://a.example",
          credentials: { accessKeyId: "MAIN_ID", accessKeySecret: "canary" },
        },
      },
    });
    const { status, stdout } = run(["doctor"], {
      API_KEYS_FILE: keys,
      DIRECTORIES_FILE: directories,
      JWT_ISSUERS_FILE: "/nowhere/issuers.json",
      RATE_LIMT: "100",
    });
    expect(status).toBe(1);
    expect(stdout).toContain(
      `API_KEYS_FILE (${keys}): keys[0].scopes must be a list of known scopes: contacts:reed is unknown; did you mean contacts:read?`,
    );
    expect(stdout).toContain(
      `DIRECTORIES_FILE (${directories}): directories[0].credentials.accessKeyId must name a variable that is set: MAIN_ID is not set`,
    );
    expect(stdout).toContain(
      "JWT_ISSUERS_FILE (/nowhere/issuers.json): the file cannot be read: it does not exist (ENOENT)",
    );
    expect(stdout).toMatch(
      /WARN +configuration +RATE_LIMT is not a setting. Did you mean RATE_LIMIT_PER_MINUTE\?/,
    );
    expect(stdout).not.toContain("canary");
  });

  it("warns of a misspelt variable in a valid configuration", () => {
    const { status, stdout } = run(["doctor"], { API_KEY_FILE: "/canary" });
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /WARN +configuration +API_KEY_FILE is not a setting/,
    );
    expect(stdout).not.toContain("canary");
  });
});

describe("seed", () => {
  let emulator: RunningEmulator;
  beforeAll(async () => {
    emulator = await startEmulator({ seed: "empty" });
  });
  afterAll(() => emulator.stop());

  it("ends with 1 and a reason for a file that does not exist", () => {
    const { status, stderr } = run([
      ...["seed", "/nowhere.json", "--emulator", emulator.url],
    ]);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /\/nowhere\.json.*cannot be read: it does not exist/s,
    );
  });

  it("ends with 1 and a reason when no emulator responds", () => {
    const file = folder.write("people.json", {
      contacts: [
        {
          name: "ann",
          emailAddress: "ann@example.com",
          title: "CEO",
          messageTypes: ["SERVICE_MESSAGE"],
        },
      ],
    });
    const { status, stderr } = run([
      ...["seed", file, "--emulator", "http://127.0.0.1:9"],
    ]);
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining("No emulator responds at http://127.0.0.1:9"),
    ]);
  });
});

describe("a port or address that cannot be used", () => {
  const free = { PORT: "0", OPS_PORT: "0", EMULATOR_PORT: "0" };

  it.each(["PORT", "OPS_PORT"])("is named with its setting: %s", (setting) => {
    const port = String(occupied.port);
    const { status, stderr } = run([], { ...free, [setting]: port });
    expect(status).toBe(1);
    expect(stderr).toContain(
      `port ${port} on 127.0.0.1 is in use (EADDRINUSE). Set ${setting} to another port`,
    );
  });

  it("is named with EMULATOR_PORT by the emulator", () => {
    const port = String(occupied.port);
    const { status, stderr } = run(["emulator"], { EMULATOR_PORT: port });
    expect(status).toBe(1);
    expect(stderr).toContain(`port ${port} on 127.0.0.1 is in use`);
    expect(stderr).toContain("Set EMULATOR_PORT to another one");
  });

  it.each(["192.0.2.7", "no-such-host.invalid"])(
    "is named with HOST: %s",
    (HOST) => {
      const { file } = keysFor({ a: { scopes: ["contacts:read"] } });
      const API_KEYS_FILE = folder.write("keys.json", file);
      const { status, stderr } = run([], { ...free, HOST, API_KEYS_FILE });
      expect(status).toBe(1);
      expect(stderr).toMatch(new RegExp(`${HOST}.*Set HOST to`));
    },
  );
});

describe("a started gateway", () => {
  let emulator: RunningEmulator;
  beforeAll(async () => {
    emulator = await startEmulator();
  });
  afterAll(() => emulator.stop());

  it("prints which sign-in, upstream, state and traces are active, without secrets", async () => {
    const { file } = keysFor({
      a: { scopes: ["contacts:read"] },
      b: { scopes: ["contacts:read"] },
    });
    const gateway = await GatewayProcess.start(entry, {
      API_KEYS_FILE: folder.write("two-keys.json", file),
      DIRECTORIES_FILE: folder.write("directories.json", {
        directories: {
          main: {
            endpoint: emulator.url,
            credentials: { accessKeyId: "ID", accessKeySecret: "SECRET" },
          },
          other: { endpoint: emulator.url, credentials: "chain" },
        },
      }),
      ID: "testid",
      SECRET: "testsecret",
      STATE_SECRET: "canary".repeat(6),
      REDIS_URL: "redis://user:canary@127.0.0.1:9",
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9/canary",
      API_KEY_FILE: "/canary",
    });
    try {
      const { errors } = gateway;
      expect(errors).toMatch(/Sign-in +API keys \(2\)/);
      expect(errors).toMatch(
        new RegExp(
          `Upstream +${emulator.url} +\\(directory main, AccessKey\\)`,
        ),
      );
      expect(errors).toMatch(
        /Upstream .*\(directory other, credentials chain\)/,
      );
      expect(errors).toMatch(
        /State +Redis at 127\.0\.0\.1:9, prefix message-c/,
      );
      expect(errors).toMatch(/Traces +http:\/\/127\.0\.0\.1:9\n/);
      expect(errors).not.toMatch(/Proxy|canary/);
      await until("the warning is logged", () =>
        gateway.output.includes("Did you mean API_KEYS_FILE?"),
      );
      expect(gateway.output).not.toContain("canary");
    } finally {
      await gateway.kill();
    }
  });

  it("starts beside Services whose variables have the names of settings", async () => {
    const gateway = await GatewayProcess.start(entry, {
      PORT: "tcp://10.0.0.1:80",
      OPS_PORT: "0",
      EMULATOR_PORT: "tcp://10.0.0.2:4010",
      REDIS_PORT: "tcp://10.0.0.3:6379",
      MESSAGE_CONTACTS_GATEWAY_PORT: "tcp://10.0.0.4:3000",
      REDIS_URL: "",
      HOST: "127.0.0.3",
    });
    expect(gateway.url).toBe("http://127.0.0.3:3000");
    await gateway.kill();
  });
});
