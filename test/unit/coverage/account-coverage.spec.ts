import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import {
  coverAccounts,
  summarize,
} from "../../../src/coverage/account-coverage.js";
import { BoundContacts } from "../../../src/coverage/bound-contacts.js";
import { lostRecipients } from "../../../src/coverage/lost-recipients.js";
import { GapReason } from "../../../src/coverage/shapes/enums.js";
import {
  ContactStatus,
  MessageType,
} from "../../../src/message-contacts/shapes/enums.js";
import {
  account,
  anyDirectory,
  contact,
  isBoundTo,
} from "../../support/coverage.js";

const { SECURITY_MESSAGE: SECURITY, FAULT_MESSAGE: FAULT } = MessageType;
const { ACTIVE, VERIFYING, DELETING, UNRECOGNISED } = ContactStatus;

const SHOP = account("101", ["rd-1", "r-1", "fd-1"]);
const LOGS = account("102", ["rd-1", "r-1"]);

/** Number of contacts and gap of the first account, for SECURITY_MESSAGE. */
function coverageOf(
  contacts: Parameters<typeof coverAccounts>[1],
  minRecipients = 1,
): unknown[] {
  const [covered] = coverAccounts([SHOP], contacts, {
    requiredTypes: [SECURITY],
    minRecipients,
  });
  const [type] = covered?.messageTypes ?? [];
  return [type?.boundActive, type?.boundVerifying, type?.gap];
}

describe("coverAccounts", () => {
  it.each(["rd-1", "r-1", "fd-1", "101"])(
    "counts a contact that is bound to %s",
    (targetId) => {
      const contacts = [contact("c-1", [targetId], [SECURITY])];
      expect(coverageOf(contacts)).toEqual([1, 0, null]);
    },
  );

  it("counts a contact once that is bound to several targets of one account", () => {
    const contacts = [contact("c-1", ["rd-1", "fd-1", "101"], [SECURITY])];
    expect(coverageOf(contacts, 2)).toEqual([1, 0, GapReason.TOO_FEW]);
  });

  it.each([
    ["NOBODY without any contact", []],
    ["NOBODY with an unbound contact", [contact("c-1", [], [SECURITY])]],
    [
      "NOBODY with a contact of another account",
      [contact("c-1", ["102"], [SECURITY])],
    ],
    [
      "NOBODY with a contact of another folder",
      [contact("c-1", ["fd-2"], [SECURITY])],
    ],
    [
      "NOBODY with a contact of another type",
      [contact("c-1", ["rd-1"], [FAULT])],
    ],
    [
      "NOBODY with a contact that is being deleted",
      [contact("c-1", ["rd-1"], [SECURITY], DELETING)],
    ],
    [
      "NOBODY with a contact in an unknown status",
      [contact("c-1", ["rd-1"], [SECURITY], UNRECOGNISED)],
    ],
  ])("reports %s", (_, contacts) => {
    expect(coverageOf(contacts)).toEqual([0, 0, GapReason.NOBODY]);
  });

  it("reports ONLY_UNVERIFIED when no bound contact is ACTIVE", () => {
    const contacts = [contact("c-1", ["rd-1"], [SECURITY], VERIFYING)];
    expect(coverageOf(contacts)).toEqual([0, 1, GapReason.ONLY_UNVERIFIED]);
    expect(coverageOf(contacts, 3)).toEqual([0, 1, GapReason.ONLY_UNVERIFIED]);
  });

  it("reports TOO_FEW below minRecipients, whatever waits for verification", () => {
    const contacts = [
      contact("c-1", ["rd-1"], [SECURITY], ACTIVE),
      contact("c-2", ["rd-1"], [SECURITY], VERIFYING),
    ];
    expect(coverageOf(contacts)).toEqual([1, 1, null]);
    expect(coverageOf(contacts, 2)).toEqual([1, 1, GapReason.TOO_FEW]);
  });

  it("agrees with a count of each account on its own, for any directory", () => {
    fc.assert(
      fc.property(
        anyDirectory,
        fc.integer({ min: 1, max: 3 }),
        ({ accounts, contacts }, minRecipients) => {
          const rules = { requiredTypes: [SECURITY, FAULT], minRecipients };
          const expected = accounts.map((one) =>
            rules.requiredTypes.map((type) => {
              const bound = contacts.filter(
                (each) =>
                  each.messageTypes.includes(type) && isBoundTo(each, one),
              );
              const count = (status: ContactStatus): number =>
                bound.filter((each) => each.status === status).length;
              return [
                count(ACTIVE),
                count(VERIFYING),
                count(ACTIVE) < minRecipients,
              ];
            }),
          );
          const covered = coverAccounts(accounts, contacts, rules);
          expect(
            covered.map(({ messageTypes }) =>
              messageTypes.map((type) => [
                type.boundActive,
                type.boundVerifying,
                type.gap !== null,
              ]),
            ),
          ).toEqual(expected);
          expect(covered.map(({ hasGap }) => hasGap)).toEqual(
            expected.map((types) => types.some(([, , gap]) => gap)),
          );
        },
      ),
    );
  });
});

describe("summarize", () => {
  it("counts each account once per type, for any directory", () => {
    fc.assert(
      fc.property(anyDirectory, ({ accounts, contacts }) => {
        const rules = { requiredTypes: [SECURITY, FAULT], minRecipients: 2 };
        const covered = coverAccounts(accounts, contacts, rules);
        const summary = summarize(covered, rules);
        expect(summary.accounts).toBe(accounts.length);
        expect(summary.accountsWithGaps).toBe(
          covered.filter(({ hasGap }) => hasGap).length,
        );
        for (const type of summary.messageTypes) {
          expect(
            type.coveredAccounts +
              type.nobodyAccounts +
              type.onlyUnverifiedAccounts +
              type.tooFewAccounts,
          ).toBe(accounts.length);
        }
      }),
    );
  });
});

describe("BoundContacts", () => {
  it("returns the same list for accounts of one folder without own bindings", () => {
    const bound = new BoundContacts([contact("c-1", ["102"], [FAULT])]);
    const other = account("103", SHOP.ancestorIds);
    expect(bound.of(SHOP)).toBe(bound.of(other));
    expect(bound.of(LOGS)).not.toBe(bound.of(SHOP));
  });
});

describe("lostRecipients", () => {
  const only = contact("c-1", ["rd-1"], [SECURITY, FAULT]);

  it("names the accounts and types that lose their last ACTIVE contact", () => {
    const other = contact("c-2", ["fd-1"], [SECURITY]);
    const waiting = contact("c-3", ["102"], [FAULT], VERIFYING);
    const lost = lostRecipients(
      [SHOP, LOGS],
      only,
      [only, other, waiting],
      [other, waiting],
    );
    expect(
      lost.map(({ accountId, messageTypes }) => [
        accountId,
        ...messageTypes.map(({ messageType, gap }) => [messageType, gap]),
      ]),
    ).toEqual([
      ["101", [FAULT, GapReason.NOBODY]],
      ["102", [SECURITY, GapReason.NOBODY], [FAULT, GapReason.ONLY_UNVERIFIED]],
    ]);
  });

  it("names no account when the removed contact was not ACTIVE", () => {
    const waiting = { ...only, status: VERIFYING };
    expect(lostRecipients([SHOP], waiting, [waiting], [])).toEqual([]);
  });

  it("names exactly the accounts that the removed contact alone covered, for any directory", () => {
    fc.assert(
      fc.property(anyDirectory, ({ accounts, contacts }) => {
        const [removed, ...after] = contacts;
        if (removed === undefined) return;
        const isActiveFor =
          (type: MessageType, at: (typeof accounts)[number]) =>
          (each: (typeof contacts)[number]): boolean =>
            each.status === ACTIVE &&
            each.messageTypes.includes(type) &&
            isBoundTo(each, at);
        const expected = accounts.filter((one) =>
          removed.messageTypes.some(
            (type) =>
              isActiveFor(type, one)(removed) &&
              !after.some(isActiveFor(type, one)),
          ),
        );
        const lost = lostRecipients(accounts, removed, contacts, after);
        expect(lost.map(({ accountId }) => accountId)).toEqual(
          expected.map(({ id }) => id),
        );
      }),
    );
  });
});
