import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { readFileSync } from "node:fs";
import { newKey } from "../../src/access/authenticator.js";
import { readConfig } from "../../src/config/read-config.js";
import { SCOPES } from "../../src/context/caller.js";
import {
  startEmulator,
  type RunningEmulator,
} from "../../src/emulator/emulator.server.js";
import { startGateway, type ProbedGateway } from "../../src/gateway.js";
import type { AuditEntry } from "../../src/logging/audit.js";
import { Logger } from "../../src/logging/logger.js";
import {
  CONTACT_OPERATIONS,
  type ContactOperation,
} from "../../src/upstream/operations.js";
import { APIS, type Input } from "../support/apis.js";
import { hostileRequests } from "../support/hostile.js";
import { send } from "../support/raw-http.js";
import { environmentFor } from "../support/running.js";
import {
  bearer,
  keysFor,
  newFolder,
  TestIssuer,
} from "../support/signed-in.js";

/** Values that must appear only in responses to authorized callers. */
const EMAIL = "zoe.canary.7391@canary-mail.example";
const PHONE = "86-13973917391";
const NAME = "zoecanaryy";
const ID = "LTAI5tCANARYCANARYCANARY";
const SECRET = "canarySecretCanarySecretCanary7391";

const folder = newFolder();
const { file, keys } = keysFor({ svc: { scopes: SCOPES } });
const lines: string[] = [];
const audit = folder.write("audit.log", "");
let emulator: RunningEmulator;
let gateway: ProbedGateway;
let issuer: TestIssuer;

beforeAll(async () => {
  issuer = await TestIssuer.start();
  emulator = await startEmulator({ seed: "sample" });
  emulator.control.putKey({ accessKeyId: ID, accessKeySecret: SECRET });
  const config = readConfig({
    ...environmentFor(emulator.url),
    ...issuer.environment,
    ALIBABA_CLOUD_ACCESS_KEY_ID: ID,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: SECRET,
    API_KEYS_FILE: folder.write("keys.json", file),
    AUDIT_LOG: audit,
    LOG_LEVEL: "debug",
  });
  const write = (line: string) => lines.push(line);
  gateway = await startGateway(config, new Logger(config, { write }));
});

afterAll(async () => {
  await gateway.close();
  await emulator.stop();
  await issuer.stop();
  folder.remove();
});

const INPUTS: Readonly<Record<ContactOperation, Input>> = {
  addMessageContact: {
    name: NAME,
    emailAddress: EMAIL,
    phoneNumber: PHONE,
    title: "CEO",
    messageTypes: ["FAULT_MESSAGE"],
  },
  getMessageContact: { contactId: EMAIL },
  listMessageContacts: { boundTo: PHONE },
  updateMessageContact: {
    contactId: "c-qL4HqKONzOM7aB3d",
    name: NAME,
    emailAddress: EMAIL,
    phoneNumber: PHONE,
  },
  cancelMessageContactUpdate: {
    contactId: "c-qL4HqKONzOM7aB3d",
    emailAddress: EMAIL,
    phoneNumber: PHONE,
  },
  deleteMessageContact: { contactId: PHONE },
  getMessageContactDeletionStatus: { contactId: EMAIL },
  sendEmailVerificationForMessageContact: {
    contactId: "c-qL4HqKONzOM7aB3d",
    emailAddress: EMAIL,
  },
  sendPhoneVerificationForMessageContact: {
    contactId: "c-qL4HqKONzOM7aB3d",
    phoneNumber: PHONE,
  },
  listMessageContactVerifications: { contactId: EMAIL },
  associateMembers: { contactId: EMAIL, targetIds: [PHONE] },
  disassociateMembers: { contactId: EMAIL, targetIds: [PHONE] },
};

/** Lines appended to the file, which starts as an empty JSON text. */
function trailLines(): string[] {
  return readFileSync(audit, "utf8").slice('""'.length).trim().split("\n");
}

describe("planted canaries", () => {
  it("appear in no log line, audit line or metric after hundreds of requests", async () => {
    const wrongKey = newKey();
    const token = await issuer.token({
      sub: EMAIL,
      scope: SCOPES.join(" "),
    });
    const forged = await issuer.token({ aud: NAME });
    const credentials = [keys.svc, token, wrongKey, forged];
    for (const api of APIS) {
      for (const operation of CONTACT_OPERATIONS) {
        for (const credential of credentials) {
          const headers = {
            ...bearer(credential),
            "x-request-id": EMAIL,
            "user-agent": EMAIL,
            "idempotency-key": `${EMAIL}-${operation}`,
            referer: `https://example.com/?q=${PHONE}`,
          };
          await api.call(gateway.url, operation, INPUTS[operation], headers);
        }
      }
    }
    for (const [index, one] of hostileRequests().entries()) {
      await send(gateway.url, {
        ...one,
        headers: {
          ...one.headers,
          "x-api-key": keys.svc,
          "x-request-id":
            [PHONE, `${PHONE}x`, `a-86-${PHONE}`][index % 4] ?? keys.svc,
        },
      }).catch(() => undefined);
    }
    expect(lines.length).toBeGreaterThan(500);
    const trail = trailLines();
    expect(trail.length).toBeGreaterThan(10);
    const secrets = [EMAIL, PHONE, NAME, SECRET, keys.svc, token, forged];
    const planted = [...secrets, wrongKey, "canary", "13973917391", ID];
    const metrics = await fetch(`${gateway.opsUrl}/metrics`);
    expect(metrics.status).toBe(200);
    const written = [...lines, ...trail, await metrics.text()];
    for (const value of planted) {
      const found = written.filter((line) =>
        line.toLowerCase().includes(value.toLowerCase()),
      );
      expect(found.slice(0, 3)).toEqual([]);
    }
  }, 120_000);

  it("leave one JSON object per line in log and audit trail, without control characters", () => {
    for (const line of lines) {
      expect(line).toMatch(/^\{.*\}\n$/);
      expect(typeof JSON.parse(line)).toBe("object");

      expect(line.slice(0, -1)).not.toMatch(
        /[\u0000-\u001f\u007f\u2028\u202e]/,
      );
    }
  });

  it("leave an audit line with caller, operation and outcome for each change", () => {
    const trail = trailLines();
    const entries = trail.map((line) => JSON.parse(line) as AuditEntry);
    const [added] = entries.filter(
      ({ operation }) => operation === "addMessageContact",
    );
    expect(added).toMatchObject({
      caller: "svc",
      directory: "default",
      outcome: "OK",
      upstreamCalls: 1,
    });
    expect(added?.contactId).toMatch(/^c-/);
    expect(added?.upstreamRequestId).toMatch(/^[\w-]+$/);
    expect(new Set(entries.map(({ operation }) => operation))).toEqual(
      new Set([
        "addMessageContact",
        "updateMessageContact",
        "cancelMessageContactUpdate",
        "sendEmailVerificationForMessageContact",
        "sendPhoneVerificationForMessageContact",
      ]),
    );
  });
});
