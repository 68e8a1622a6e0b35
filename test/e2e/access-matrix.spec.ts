import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import {
  FEATURES,
  scopesOf,
  type Feature,
} from "../../src/access/rights/features.js";
import { SCOPES, type Scope } from "../../src/context/caller.js";
import {
  CONTACT_OPERATIONS,
  OPERATIONS,
  type ContactOperation,
} from "../../src/upstream/operations.js";
import { APIS, type Input } from "../support/apis.js";
import { BEN, MARTA, TOM } from "../support/emulator-fixture.js";
import {
  askFeature,
  FEATURE_CALLS,
} from "../support/features/feature-calls.js";
import { startBoth, type Running } from "../support/running.js";
import {
  bearer,
  keysFor,
  newFolder,
  type KeyRow,
} from "../support/signed-in.js";

const CALLERS = {
  nobody: { scopes: [] },
  everything: { scopes: SCOPES },
  ...(Object.fromEntries(
    SCOPES.map((scope) => [scope.replace(":", "."), { scopes: [scope] }]),
  ) as Record<string, KeyRow>),
} satisfies Record<string, KeyRow>;

const INPUTS: Readonly<Record<ContactOperation, Input>> = {
  addMessageContact: {
    name: "neo",
    emailAddress: "neo@example.com",
    title: "CEO",
    messageTypes: ["FAULT_MESSAGE"],
  },
  getMessageContact: { contactId: TOM },
  listMessageContacts: { pageSize: 2 },
  updateMessageContact: { contactId: TOM, title: "CEO" },
  cancelMessageContactUpdate: {
    contactId: MARTA,
    emailAddress: "marta.new@example.com",
  },
  deleteMessageContact: { contactId: TOM, retainContactInMembers: true },
  getMessageContactDeletionStatus: { contactId: TOM },
  sendEmailVerificationForMessageContact: {
    contactId: BEN,
    emailAddress: "ben@example.com",
  },
  sendPhoneVerificationForMessageContact: {
    contactId: BEN,
    phoneNumber: "86-13900000005",
  },
  listMessageContactVerifications: { contactId: BEN },
  associateMembers: { contactId: BEN, targetIds: ["1997968394350001"] },
  disassociateMembers: { contactId: BEN, targetIds: ["1997968394350001"] },
};

const { file, keys } = keysFor<string>(CALLERS);
const folder = newFolder();
let running: Running;

beforeAll(async () => {
  running = await startBoth(
    { seed: "sample" },
    { API_KEYS_FILE: folder.write("keys.json", file), AUDIT_LOG: "none" },
  );
});

afterAll(async () => {
  await running.stop();
  folder.remove();
});

const operations = CONTACT_OPERATIONS;

describe("caller × feature × API", () => {
  // A feature without a row does not compile, and fails here.
  for (const feature of Object.keys(FEATURES) as Feature[]) {
    for (const call of FEATURE_CALLS[feature]) {
      for (const [caller, { scopes }] of Object.entries(CALLERS)) {
        const held: readonly Scope[] = scopes;
        const isAllowed = scopesOf(feature).every((one) => held.includes(one));
        const verb = isAllowed ? "lets" : "refuses";
        it(`${verb} ${caller} ${feature} over ${call.label}`, async () => {
          const { control } = running.emulator;
          control.reset();
          const credential = bearer(keys[caller] ?? "");
          const { url } = running.gateway;
          const { code } = await askFeature(url, call, credential);
          if (isAllowed) {
            const refusals = ["FORBIDDEN", "UNAUTHENTICATED", "BAD_REQUEST"];
            expect(refusals).not.toContain(code);
          } else {
            expect(code).toBe("FORBIDDEN");
            expect(control.calls()).toHaveLength(0);
          }
        });
      }

      it(`refuses ${feature} over ${call.label} without a credential`, async () => {
        const { control } = running.emulator;
        control.reset();
        const { code } = await askFeature(running.gateway.url, call);
        expect(code).toBe("UNAUTHENTICATED");
        expect(control.calls()).toHaveLength(0);
      });
    }
  }
});

describe("caller × operation × API", () => {
  for (const api of APIS) {
    for (const operation of operations) {
      for (const [caller, { scopes }] of Object.entries(CALLERS)) {
        const { scope } = OPERATIONS[operation];
        const isAllowed = (scopes as readonly Scope[]).includes(scope);
        const verb = isAllowed ? "lets" : "refuses";
        it(`${verb} ${caller} ${operation} over ${api.name}`, async () => {
          const { control } = running.emulator;
          control.clearCalls();
          const answer = await api.call(
            running.gateway.url,
            operation,
            INPUTS[operation],
            bearer(keys[caller] ?? ""),
          );
          if (isAllowed) {
            const refusals = ["FORBIDDEN", "UNAUTHENTICATED", "BAD_REQUEST"];
            expect(refusals).not.toContain(answer.code);
          } else {
            expect(answer.code).toBe("FORBIDDEN");
            expect(control.calls()).toHaveLength(0);
            if (api.name === "rest") expect(answer.status).toBe(403);
          }
        });
      }
    }
  }

  it("cover every combination", () => {
    const cells = APIS.length * operations.length * Object.keys(CALLERS).length;
    expect(cells).toBe(2 * 12 * (SCOPES.length + 2));
  });

  for (const api of APIS) {
    it(`refuses every operation over ${api.name} without a credential`, async () => {
      const { control } = running.emulator;
      control.clearCalls();
      for (const operation of operations) {
        const { url } = running.gateway;
        const answer = await api.call(url, operation, INPUTS[operation]);
        expect(answer.code).toBe("UNAUTHENTICATED");
        expect(answer.status).toBe(401);
        expect(answer.headers.get("www-authenticate")).toBe(
          'Bearer realm="message-contacts"',
        );
      }
      expect(control.calls()).toHaveLength(0);
    });
  }
});
