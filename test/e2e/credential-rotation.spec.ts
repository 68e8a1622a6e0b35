import {
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
} from "@jest/globals";
import {
  startEmulator,
  type RunningEmulator,
} from "../../src/emulator/emulator.server.js";
import { REST } from "../support/apis.js";
import { TOM } from "../support/calls.js";
import { buildGateway, GatewayProcess } from "../support/gateway-process.js";
import { until } from "../support/until.js";

const SECRETS = { first: "canary-secret-1", second: "canary-secret-2" };

type KeyId = keyof typeof SECRETS;

/** Files with credentials, as a setting of the gateway takes them. */
interface Source {
  readonly name: string;
  readonly environment: (path: string) => Readonly<Record<string, string>>;
  readonly text: (id: KeyId) => string;
}

const SOURCES: readonly Source[] = [
  {
    name: "a credentials file",
    environment: (path) => ({ UPSTREAM_CREDENTIALS_FILE: path }),
    text: (id) =>
      JSON.stringify({ accessKeyId: id, accessKeySecret: SECRETS[id] }),
  },
  {
    name: "a profile of the credentials chain",
    environment: (path) => ({
      UPSTREAM_CREDENTIALS: "chain",
      ALIBABA_CLOUD_CREDENTIALS_FILE: path,
    }),
    text: (id) =>
      `[default]\ntype = access_key\naccess_key_id = ${id}\naccess_key_secret = ${SECRETS[id]}\n`,
  },
];

describe.each(SOURCES)("vendor credentials of $name", (source) => {
  let entry: string;
  let folder: string;
  let path: string;
  let emulator: RunningEmulator;
  let gateway: GatewayProcess;

  beforeAll(() => {
    entry = buildGateway();
    folder = mkdtempSync(join(tmpdir(), "gateway-credentials-"));
  }, 180_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  beforeEach(async () => {
    emulator = await startEmulator({
      keys: [
        { accessKeyId: "first", accessKeySecret: SECRETS.first },
        {
          accessKeyId: "second",
          accessKeySecret: SECRETS.second,
          isActive: false,
        },
      ],
      settings: { callsPerSecond: null },
    });
    path = join(folder, "credentials");
    write("first");
    gateway = await GatewayProcess.start(entry, {
      UPSTREAM_ENDPOINT: emulator.url,
      LOG_LEVEL: "info",
      DRAIN_SECONDS: "0",
      // No file of this machine.
      HOME: folder,
      ALIBABA_CLOUD_ACCESS_KEY_ID: "",
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: "",
      ...source.environment(path),
    });
  });
  afterEach(async () => {
    await gateway.kill();
    await emulator.stop();
    expect(gateway.output + gateway.errors).not.toContain("canary-secret");
  });

  let version = 0;
  /** Replaces the file through a symbolic link, as orchestrators do. */
  const write = (id: KeyId): void => {
    version += 1;
    const file = join(folder, `credentials-${version}`);
    writeFileSync(file, source.text(id));
    symlinkSync(file, `${path}.new`);
    renameSync(`${path}.new`, path);
  };
  const activate = (id: KeyId, isActive: boolean): void =>
    emulator.control.putKey({
      accessKeyId: id,
      accessKeySecret: SECRETS[id],
      isActive,
    });
  const read = async (): Promise<string> =>
    (await REST.call(gateway.url, "getMessageContact", { contactId: TOM }))
      .code;

  it("rotate without a failed call when both keys are valid for a while", async () => {
    const codes: string[] = [await read()];
    activate("second", true);
    write("second");
    await until("the new key is in use", async () => {
      codes.push(await read());
      return gateway.output.includes("credentials-reloaded");
    });
    activate("first", false);
    for (let count = 0; count < 20; count += 1) codes.push(await read());
    expect(codes.filter((code) => code !== "OK")).toEqual([]);
  });

  it("rotate without a restart after the vendor has rejected the first key", async () => {
    expect(await read()).toBe("OK");
    activate("first", false);
    activate("second", true);
    expect(await read()).toBe("UPSTREAM_DENIED");
    write("second");
    await until("calls succeed again", async () => (await read()) === "OK");
  });
});

describe("a credentials file that becomes invalid", () => {
  const folder = mkdtempSync(join(tmpdir(), "gateway-credentials-"));
  const path = join(folder, "credentials.json");

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("is reported, and the last credentials stay in use until it is valid again", async () => {
    const entry = buildGateway();
    const valid = (accessKeyId: string): string =>
      JSON.stringify({ accessKeyId, accessKeySecret: "canary" });
    const keys = ["first", "second"].map((accessKeyId) => ({
      accessKeyId,
      accessKeySecret: "canary",
    }));
    const emulator = await startEmulator({ keys });
    writeFileSync(path, valid("first"));
    const gateway = await GatewayProcess.start(entry, {
      UPSTREAM_ENDPOINT: emulator.url,
      LOG_LEVEL: "info",
      ALIBABA_CLOUD_ACCESS_KEY_ID: "",
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: "",
      UPSTREAM_CREDENTIALS_FILE: path,
    });
    const isRead = async (): Promise<void> => {
      const input = { contactId: TOM };
      const { code } = await REST.call(gateway.url, "getMessageContact", input);
      expect(code).toBe("OK");
    };
    try {
      await isRead();
      writeFileSync(path, '{"accessKeyId": "canary", "accessKeySecret"');
      await until("the file is reported", async () => {
        await isRead();
        return gateway.output.includes("credentials-unusable");
      });
      expect(gateway.output).not.toContain("canary");
      writeFileSync(path, valid("second"));
      await until("the file is used again", async () => {
        await isRead();
        return gateway.output.includes("credentials-reloaded");
      });
    } finally {
      await gateway.kill();
      await emulator.stop();
    }
  }, 60_000);
});
