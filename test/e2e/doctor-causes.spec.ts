import { execFile } from "node:child_process";
import { createServer } from "node:http";
import { promisify } from "node:util";
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
} from "@jest/globals";
import { doctor } from "../../src/commands/doctor.js";
import {
  startEmulator,
  type RunningEmulator,
} from "../../src/emulator/emulator.server.js";
import { actionOf, OPERATIONS } from "../../src/upstream/operations.js";
import { ConnectProxy } from "../support/connect-proxy.js";
import { buildGateway } from "../support/gateway-process.js";
import { freePort } from "../support/redis-server.js";
import { keysFor, newFolder } from "../support/signed-in.js";
import {
  CA_FILE,
  listening,
  tlsInFrontOf,
  type LocalServer,
} from "../support/tls-servers.js";

const execFileText = promisify(execFile);

type Environment = Readonly<Record<string, string>>;

const SECRET = "canary-secret-77aa";
const folder = newFolder();
const { file } = keysFor({ caller: { scopes: ["contacts:read"] } });
/** An endpoint on another host requires authentication. */
const API_KEYS_FILE = folder.write("keys.json", file);
afterAll(() => folder.remove());

const CREDENTIALS = {
  ALIBABA_CLOUD_ACCESS_KEY_ID: "good",
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: SECRET,
};

let emulator: RunningEmulator;

beforeEach(async () => {
  emulator = await startEmulator({
    keys: [
      { accessKeyId: "good", accessKeySecret: SECRET },
      {
        accessKeyId: "reader",
        accessKeySecret: SECRET,
        allowedActions: ["Get*", "List*"],
      },
    ],
  });
});
afterEach(() => emulator.stop());

/** Runs the doctor in this process; returns its lines that are not `ok`. */
async function problemsOf(
  environment: Environment,
  withChanges = false,
): Promise<{ readonly code: number; readonly text: string }> {
  let text = "";
  const write = (part: string): string => (text += part);
  const code = await doctor(
    { ...CREDENTIALS, ...environment },
    write,
    withChanges,
  );
  expect(text).not.toContain(SECRET);
  return { code, text };
}

describe("an egress proxy", () => {
  const environment = (proxyUrl: string): Environment => ({
    API_KEYS_FILE,
    UPSTREAM_ENDPOINT: "https://vendor.example",
    HTTPS_PROXY: proxyUrl,
  });
  let proxy: ConnectProxy;

  beforeEach(async () => {
    proxy = await ConnectProxy.listen({ routes: {}, login: "user:password" });
  });
  afterEach(() => proxy.close());

  it("that is down is reported as unreachable", async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const { code, text } = await problemsOf(environment(url));
    expect(code).toBe(1);
    expect(text).toMatch(
      /FAIL +proxy +The proxy of HTTPS_PROXY cannot be reached \(ECONNREFUSED\)/,
    );
  });

  it.each(["", "user:wrong@"])(
    "that requires authentication is reported, with the login %j",
    async (login) => {
      const url = `http://${login}127.0.0.1:${proxy.port}`;
      const { text } = await problemsOf(environment(url));
      expect(text).toMatch(/FAIL +proxy +The proxy requires authentication/);
    },
  );

  it.each([
    [403, "refuses a tunnel"],
    [405, "refuses a tunnel"],
    [502, "cannot connect"],
  ])(
    "that answers CONNECT with %s is reported as: %s",
    async (status, text) => {
      proxy.refusal = status;
      const url = `http://user:password@127.0.0.1:${proxy.port}`;
      const found = await problemsOf(environment(url));
      expect(found.text).toMatch(
        new RegExp(
          `FAIL +proxy +The proxy ${text} to this host \\(${status}\\)`,
        ),
      );
    },
  );
});

describe("a connection", () => {
  const servers: LocalServer[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });
  const kept = async (server: Promise<LocalServer>): Promise<number> => {
    const running = await server;
    servers.push(running);
    return running.port;
  };

  it("to a name that cannot be resolved is reported as a DNS failure", async () => {
    const { text } = await problemsOf({
      API_KEYS_FILE,
      UPSTREAM_ENDPOINT: "https://vendor.invalid",
    });
    // Without a name server, the machine cannot know that the name does not exist.
    expect(text).toMatch(
      /FAIL +dns +The host name of the endpoint (?:does not exist|cannot be resolved)/,
    );
  });

  it("to an endpoint with an untrusted certificate is reported as such", async () => {
    const port = await kept(tlsInFrontOf(Number(new URL(emulator.url).port)));
    const { text } = await problemsOf({
      UPSTREAM_ENDPOINT: `https://localhost:${port}`,
    });
    expect(text).toMatch(
      /FAIL +tls +The certificate of the endpoint is not trusted/,
    );
  });

  it("to an endpoint without TLS is reported as such", async () => {
    const { text } = await problemsOf({
      UPSTREAM_ENDPOINT: emulator.url.replace(
        /^http:\/\/[^:]+/,
        "https://localhost",
      ),
    });
    expect(text).toMatch(/FAIL +tls +The endpoint does not speak TLS/);
  });

  it("that is closed without a response is reported as such", async () => {
    const port = await kept(
      listening(
        createServer((request) => void request.socket.resetAndDestroy()),
      ),
    );
    const { text } = await problemsOf({
      UPSTREAM_ENDPOINT: `http://127.0.0.1:${port}`,
    });
    expect(text).toMatch(/FAIL +endpoint +The connection .* was closed/);
  });
});

describe("the clock", () => {
  it.each([
    [40 * 60_000, /FAIL +clock +The clock of this machine is 2\d{3} s behind/],
    [5 * 60_000, /WARN +clock +The clock of this machine is \d{3} s behind/],
  ])(
    "that differs by %s ms is reported, and the permissions are still checked",
    async (ms, line) => {
      emulator.control.advanceClock(ms);
      const { text } = await problemsOf({ UPSTREAM_ENDPOINT: emulator.url });
      expect(text).toMatch(line);
      expect(text.match(/^ +\w+ +clock /gm)).toHaveLength(1);
      expect(text).toMatch(/ok +key +The vendor accepts/);
      expect(text).toMatch(/ok +rights +GetMessageContact is allowed/);
    },
  );
});

describe("the option --changes", () => {
  const changes = Object.entries(OPERATIONS)
    .filter(([, { kind }]) => kind === "write")
    .map(([operation]) => actionOf(operation as keyof typeof OPERATIONS));

  it("reports each change that is not allowed, and changes nothing", async () => {
    const { code, text } = await problemsOf(
      {
        UPSTREAM_ENDPOINT: emulator.url,
        ALIBABA_CLOUD_ACCESS_KEY_ID: "reader",
      },
      true,
    );
    expect(code).toBe(1);
    expect(
      changes.filter(
        (action) =>
          !new RegExp(`FAIL +rights +${action} is not allowed`).test(text) &&
          !new RegExp(`WARN +rights +It is not known whether ${action} `).test(
            text,
          ),
      ),
    ).toEqual([]);
    expect(text).toMatch(/FAIL +rights +DeleteMessageContact is not allowed/);
    expect(
      emulator.control.calls().filter(({ effects }) => effects > 0),
    ).toEqual([]);
  });

  it("reports the changes that are allowed, and changes nothing", async () => {
    const { code, text } = await problemsOf(
      { UPSTREAM_ENDPOINT: emulator.url },
      true,
    );
    expect([code, text]).toEqual([0, expect.stringContaining("can start")]);
    for (const action of changes) {
      expect(text).toMatch(
        new RegExp(
          `(?:ok|WARN) +rights +.*${action} is(?: not)? allowed|WARN +rights +It is not known whether ${action} `,
        ),
      );
    }
    expect(text).toMatch(/ok +rights +UpdateMessageContact is allowed/);
    expect(
      emulator.control.calls().filter(({ effects }) => effects > 0),
    ).toEqual([]);
    expect(emulator.control.outbox()).toEqual([]);
  });
});

describe("settings that defeat each other", () => {
  it("are reported, and do not prevent the start", async () => {
    const { code, text } = await problemsOf({
      UPSTREAM_ENDPOINT: emulator.url,
      READ_ATTEMPT_MS: "20000",
      NO_PROXY: "example.com",
    });
    expect(code).toBe(0);
    expect(text).toMatch(/WARN +configuration +READ_ATTEMPT_MS is longer/);
    expect(text).toMatch(
      /WARN +configuration +NO_PROXY has no effect without HTTPS_PROXY/,
    );
  });
});

describe("a certificate for another host name", () => {
  let entry: string;
  beforeAll(() => {
    entry = buildGateway();
  }, 180_000);

  it("is distinguished from an untrusted one", async () => {
    const server = await tlsInFrontOf(Number(new URL(emulator.url).port));
    // The tunnel leads every name to this machine.
    const proxy = await ConnectProxy.listen({
      routes: { "other.test:443": server.port },
    });
    try {
      const { stdout } = await execFileText(
        process.execPath,
        [entry, "doctor"],
        {
          env: {
            ...CREDENTIALS,
            API_KEYS_FILE,
            PATH: process.env["PATH"],
            // Node.js reads additional authorities when a process starts.
            NODE_EXTRA_CA_CERTS: CA_FILE,
            HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`,
            UPSTREAM_ENDPOINT: "https://other.test",
          },
        },
      ).catch((error: { stdout: string }) => error);
      expect(stdout).toMatch(
        /FAIL +tls +The certificate of the endpoint belongs to another host name/,
      );
    } finally {
      await proxy.close();
      await server.close();
    }
  });
});
