import { rmSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { ApiKeys } from "../../../src/access/api-keys.js";
import { credentialOf } from "../../../src/access/credential.js";
import { newKey, Authenticator } from "../../../src/access/authenticator.js";
import { watchPath } from "../../../src/access/watched-path.js";
import { readConfig } from "../../../src/config/read-config.js";
import { digestOf, parseKeyFile } from "../../../src/config/files/key-file.js";
import { callerWith, SCOPES } from "../../../src/context/caller.js";
import { Logger } from "../../../src/logging/logger.js";
import { keysFor, newFolder } from "../../support/signed-in.js";
import { until } from "../../support/until.js";

const quiet = new Logger({ LOG_LEVEL: "silent" });

describe("the credential of a request", () => {
  const key = newKey();

  it("is none without a header", () => {
    expect(credentialOf({})).toEqual({ kind: "none" });
    expect(credentialOf({ cookie: `key=${key}` })).toEqual({ kind: "none" });
  });

  it("is unusable when there are two", () => {
    const both = { authorization: `Bearer ${key}`, "x-api-key": key };
    expect(credentialOf(both)).toMatchObject({ kind: "unusable" });
  });

  it.each([
    "",
    "Bearer",
    "Bearer ",
    `Basic ${key}`,
    `Bearer ${key} ${key}`,
    `Bearer ${key}, Bearer ${key}`,
    key,
    "Bearer a b",
    "Bearer \u0000",
  ])("is unusable in the form %j", (authorization) => {
    expect(credentialOf({ authorization })).toMatchObject({ kind: "unusable" });
  });

  it("is a key if it has the key prefix, otherwise a token", () => {
    expect(credentialOf({ authorization: `bearer ${key}` }).kind).toBe("key");
    expect(credentialOf({ "x-api-key": key }).kind).toBe("key");
    expect(credentialOf({ authorization: "Bearer a.b.c" }).kind).toBe("token");
    expect(credentialOf({ "x-api-key": "a.b.c" }).kind).toBe("unusable");
  });
});

describe("API keys", () => {
  const caller = callerWith("svc", ["contacts:read"], ["default"]);

  it("are looked up by their hash", () => {
    const key = newKey();
    const keys = new ApiKeys([{ digest: digestOf(key), caller }]);
    expect(keys.callerOf(key)).toBe(caller);
    expect(keys.callerOf(newKey())).toBe("unknown-key");
    expect(keys.callerOf(key.slice(0, -1))).toBe("unknown-key");
    expect(keys.callerOf(`${key} `)).toBe("unknown-key");
    expect(JSON.stringify(keys)).not.toContain(key);
  });

  it("are invalid after their expiry", () => {
    const key = newKey();
    let nowMs = 0;
    const ending = callerWith("svc", [], ["default"], 1_000);
    const keys = new ApiKeys(
      [{ digest: digestOf(key), caller: ending }],
      () => nowMs,
    );
    expect(keys.callerOf(key)).toBe(ending);
    nowMs = 1_000;
    expect(keys.callerOf(key)).toBe("expired-key");
  });

  it("are unique and contain 256 random bits", () => {
    const made = new Set(Array.from({ length: 1_000 }, newKey));
    expect(made.size).toBe(1_000);
    for (const key of made) expect(key).toMatch(/^mcg_[\w-]{43}$/);
  });

  it("are reloaded when their file changes and stay valid when it is invalid", () => {
    const folder = newFolder();
    const lines: string[] = [];
    const logger = new Logger(
      { LOG_LEVEL: "info" },
      { write: (line) => lines.push(line) },
    );
    const first = keysFor({ svc: { scopes: ["contacts:read"] } });
    const path = folder.write("keys.json", first.file);
    const keys = ApiKeys.watching(path, ["default"], logger);
    expect(keys.callerOf(first.keys.svc)).toMatchObject({ id: "svc" });
    writeFileSync(path, "{ not json");
    keys.reread();
    expect(lines.join()).toContain("cannot be used");
    expect(keys.callerOf(first.keys.svc)).toMatchObject({ id: "svc" });
    const second = keysFor({ svc: { scopes: ["contacts:bind"] } });
    writeFileSync(path, JSON.stringify(second.file));
    keys.reread();
    expect(keys.callerOf(first.keys.svc)).toBe("revoked-key");
    expect(keys.callerOf(second.keys.svc)).toMatchObject({
      scopes: new Set(["contacts:bind"]),
    });
    keys.close();
    folder.remove();
  });
});

describe("a key file that cannot be used while the gateway runs", () => {
  /** Keys of a file whose watcher the test triggers. */
  function watched() {
    const folder = newFolder();
    const lines: { level: string; message: string; cause?: string }[] = [];
    const first = keysFor({ svc: { scopes: ["contacts:read"] } });
    const path = folder.write("keys.json", first.file);
    let look: () => boolean = () => true;
    const keys = ApiKeys.watching(
      path,
      ["default"],
      {
        log: (level, message, fields) =>
          lines.push({ level, message, ...fields }),
      },
      (_path, onChange) => {
        look = onChange;
        return () => undefined;
      },
    );
    return { folder, path, first, keys, lines, look: () => look() };
  }

  it("keeps the keys valid when deleted, logs it and sets `failure`", () => {
    const { folder, path, first, keys, lines, look } = watched();
    rmSync(path);
    expect(look()).toBe(false);
    expect(keys.callerOf(first.keys.svc)).toMatchObject({ id: "svc" });
    expect(keys.failure).toBe("the file cannot be read");
    expect(lines).toEqual([
      {
        level: "error",
        event: "api-keys-unusable",
        message:
          "the API key file cannot be used: the keys that were read last stay valid",
        cause: "the file cannot be read",
      },
    ]);
    // One log line a minute, however often it is polled.
    look();
    expect(lines).toHaveLength(1);
    folder.write("keys.json", { keys: [] });
    expect(look()).toBe(true);
    expect(keys.failure).toBeNull();
    expect(keys.callerOf(first.keys.svc)).toBe("revoked-key");
    folder.remove();
  });

  it("keeps the previous keys when it contains a hash twice", () => {
    const { folder, first, keys, lines, look } = watched();
    const [row] = (first.file as { keys: object[] }).keys;
    folder.write("keys.json", {
      keys: [row, { ...row, caller: "other", scopes: ["contacts:delete"] }],
    });
    look();
    expect(keys.callerOf(first.keys.svc)).toMatchObject({ id: "svc" });
    expect(lines).toMatchObject([
      {
        level: "error",
        cause: "keys[1].sha256 is the same as keys[0].sha256",
      },
    ]);
    folder.remove();
  });

  it("is detected by its path when deleted and recreated", async () => {
    const folder = newFolder();
    const path = folder.write("watched.json", {});
    let changes = 0;
    const stop = watchPath(path, () => {
      changes += 1;
      return true;
    });
    rmSync(path);
    await until("the deletion is noticed", () => changes === 1);
    folder.write("watched.json", {});
    await until("the new file is noticed", () => changes === 2);
    stop();
    folder.remove();
  });

  it("is read again at each poll until it is valid", async () => {
    const folder = newFolder();
    const path = folder.write("tried.json", {});
    let attempts = 0;
    const stop = watchPath(path, () => (attempts += 1) === 3);
    folder.write("tried.json", { changed: true });
    await until("it could be used", () => attempts === 3);
    stop();
    folder.remove();
  });
});

describe("the key file", () => {
  const entry = { caller: "a", sha256: "0".repeat(64), scopes: [] };
  const problemsOf = (keys: unknown): readonly string[] =>
    parseKeyFile(JSON.stringify({ keys }), ["default"]).problems;

  it("reports every problem of every row at once, without values", () => {
    const problems = problemsOf([
      {
        caller: "a b",
        sha256: "abc",
        scopes: ["contacts:everything"],
        directories: ["A"],
        expiresAt: "soon",
      },
      { ...entry, caller: 1 },
    ]);
    expect(problems).toHaveLength(6);
    expect(problems.join()).not.toMatch(/a b|abc|soon/);
  });

  it("accepts two keys of a caller and rejects a third", () => {
    const [one, two, three] = ["0", "1", "2"].map((digit) => ({
      ...entry,
      sha256: digit.repeat(64),
    }));
    expect(problemsOf([one, two])).toEqual([]);
    expect(problemsOf([one, two, three])).toEqual([
      "keys[2].caller has more than 2 active keys",
    ]);
  });

  it("rejects one hash in two entries and names both", () => {
    const other = { ...entry, caller: "b", scopes: ["contacts:delete"] };
    const between = { ...entry, caller: "c", sha256: "1".repeat(64) };
    expect(problemsOf([entry, between, other])).toEqual([
      "keys[2].sha256 is the same as keys[0].sha256",
    ]);
  });

  it("rejects a repeated member in an entry", () => {
    const text = `{"keys":[\n{"caller":"a","sha256":"${"0".repeat(64)}",\n"scopes":[],"scop\\u0065s":["contacts:delete"]}]}`;
    expect(parseKeyFile(text, []).problems).toEqual([
      "the file must not contain a member twice in one object (line 3)",
    ]);
  });

  it.each(["", "[]", "{}", '{"keys":{}}', '{"keys":[1]}', "null"])(
    "rejects %j",
    (text) => {
      expect(parseKeyFile(text, []).problems).toHaveLength(1);
    },
  );
});

describe("Authenticator", () => {
  const open = Authenticator.from(readConfig({ LOG_LEVEL: "silent" }), quiet);

  it("returns the caller `local` without a credential if nothing is configured", () => {
    expect(open.isOpen).toBe(true);
    expect(open.callerOf({})).toMatchObject({
      id: "local",
      personal: true,
      scopes: new Set(SCOPES),
    });
  });

  it("accepts the development key and refuses any other key", () => {
    const headers = { "x-api-key": open.developmentKey ?? "" };
    expect(open.callerOf(headers)).toMatchObject({ id: "local" });
    expect(open.callerOf({ "x-api-key": newKey() })).toBe("unknown-key");
    expect(open.callerOf({ authorization: "Bearer a.b.c" })).toBe(
      "unsupported-credential",
    );
    expect(open.callerOf({ authorization: "Basic YTpi" })).toBe(
      "malformed-credential",
    );
    expect(
      open.callerOf({
        authorization: `Bearer ${open.developmentKey}`,
        "x-api-key": open.developmentKey ?? "",
      }),
    ).toBe("several-credentials");
  });

  it("accepts only the one-time key of a command", () => {
    const oneTimeKey = newKey();
    const config = readConfig({}, { oneTimeKey });
    const closed = Authenticator.from(config, quiet);
    expect(closed.isOpen).toBe(false);
    expect(closed.developmentKey).toBeNull();
    expect(closed.callerOf({})).toBe("missing-credential");
    expect(closed.callerOf({ "x-api-key": newKey() })).toBe("unknown-key");
    expect(closed.callerOf({ "x-api-key": oneTimeKey })).toMatchObject({
      id: "contacts-command",
      scopes: new Set(SCOPES),
    });
  });

  it("refuses requests without a credential once keys are configured", () => {
    const folder = newFolder();
    const { file, keys } = keysFor({ svc: { scopes: ["contacts:read"] } });
    const config = readConfig({
      API_KEYS_FILE: folder.write("keys.json", file),
    });
    const closed = Authenticator.from(config, quiet);
    expect(closed.isOpen).toBe(false);
    expect(closed.developmentKey).toBeNull();
    expect(closed.callerOf({})).toBe("missing-credential");
    expect(closed.callerOf({ "x-api-key": keys.svc })).toMatchObject({
      id: "svc",
      directories: ["default"],
    });
    closed.close();
    folder.remove();
  });
});
