import { beforeEach, describe, expect, it } from "@jest/globals";
import { EmulatorClock } from "../../../../src/emulator/clock.js";
import type { ContactRecord } from "../../../../src/emulator/contacts/contact-record.js";
import { ContactStore } from "../../../../src/emulator/contacts/contact-store.js";
import {
  EMPTY_SEED,
  SAMPLE_SEED,
} from "../../../../src/emulator/contacts/seeds.js";
import {
  DEFAULT_SETTINGS,
  type EmulatorSettings,
  type SettingsHolder,
} from "../../../../src/emulator/settings.js";
import {
  BEN,
  MARTA,
  ManualClock,
  seededRandom,
  TOM,
} from "../../../support/emulator-fixture.js";

const FIELDS = {
  name: "neo",
  emailAddress: "neo@example.com",
  phoneNumber: "86-13900001234",
  title: "CEO",
  messageTypes: ["FaultMessage"],
};

let settings: { current: EmulatorSettings };
let clock: EmulatorClock;
let store: ContactStore;

function contact(id: string): ContactRecord {
  const found = store.find(id);
  if (found === undefined) throw new Error(`there is no ${id}`);
  return found;
}

beforeEach(() => {
  settings = { current: DEFAULT_SETTINGS } satisfies SettingsHolder;
  clock = new EmulatorClock(new ManualClock());
  store = new ContactStore(SAMPLE_SEED, clock, settings, seededRandom());
});

describe("a new contact", () => {
  it("has a pending verification for each channel", () => {
    const added = store.add(FIELDS);
    expect(added.status).toBe("Verifying");
    expect(added.contactId).toMatch(/^c-[A-Za-z0-9]{16}$/);
    expect(added.email.pending?.target).toBe("neo@example.com");
    expect(added.phone.pending?.target).toBe("86-13900001234");
  });

  it("becomes Active after all channels are confirmed", () => {
    const added = store.add(FIELDS);
    store.confirm(added, "neo@example.com");
    expect(added.status).toBe("Verifying");
    store.confirm(added, "86-13900001234");
    expect(added.status).toBe("Active");
  });

  it("becomes Active after one confirmed channel when activationRule is any", () => {
    settings.current = { ...DEFAULT_SETTINGS, activationRule: "any" };
    const added = store.add(FIELDS);
    store.confirm(added, "neo@example.com");
    expect(added.status).toBe("Active");
  });
});

describe("changeTarget", () => {
  it("keeps the value of an Active contact until the new one is confirmed", () => {
    const tom = contact(TOM);
    store.changeTarget(tom, "email", "tom.new@example.com");
    expect(tom.email.value).toBe("tom@example.com");
    store.confirm(tom, "tom.new@example.com");
    expect(tom.email).toEqual({
      value: "tom.new@example.com",
      isVerified: true,
    });
  });

  it("changes the value immediately for a contact in Verifying", () => {
    const ben = contact(BEN);
    store.changeTarget(ben, "email", "ben.new@example.com");
    expect(ben.email.value).toBe("ben.new@example.com");
    expect(store.confirm(ben, "ben@example.com")).toBe(false);
  });

  it.each([
    ["verified", TOM, "tom@example.com"],
    ["pending", MARTA, "marta.new@example.com"],
  ])("changes nothing for a value that is already %s", (_what, id, target) => {
    const before = store.changes;
    store.changeTarget(contact(id), "email", target);
    expect(store.changes).toBe(before);
  });
});

describe("a pending verification", () => {
  it("never expires by default", () => {
    clock.advance(1e11);
    expect(contact(MARTA).email.pending).toBeDefined();
  });

  it("expires after verificationTtlMs", () => {
    settings.current = { ...DEFAULT_SETTINGS, verificationTtlMs: 1_000 };
    clock.advance(999);
    expect(contact(MARTA).email.pending).toBeDefined();
    clock.advance(1);
    expect(contact(MARTA).email.pending).toBeUndefined();
    expect(contact(MARTA).email.value).toBe("marta@example.com");
  });
});

describe("an asynchronous deletion", () => {
  it("removes pending verifications, and removes the contact after the delay", () => {
    store.beginDeletion(contact(MARTA));
    expect(contact(MARTA).status).toBe("Deleting");
    expect(contact(MARTA).email.pending).toBeUndefined();
    clock.advance(DEFAULT_SETTINGS.deletionDelayMs - 1);
    expect(store.hasRunningDeletion()).toBe(true);
    clock.advance(1);
    expect(store.find(MARTA)).toBeUndefined();
  });

  const failures = [
    { AccountId: "1997968394350002", MessageTypes: ["AccountExpenses"] },
  ];

  it.each([
    ["Active", "Active"],
    ["Previous", "Verifying"],
    ["Deleting", "Deleting"],
  ] as const)(
    "ends as Failed; statusAfterFailedDeletion %s gives the status %s",
    (setting, expected) => {
      settings.current = {
        ...DEFAULT_SETTINGS,
        statusAfterFailedDeletion: setting,
      };
      store.beginDeletion(contact(BEN));
      store.failDeletions({ contactId: BEN, failures });
      clock.advance(DEFAULT_SETTINGS.deletionDelayMs);
      expect(contact(BEN).deletion).toMatchObject({
        status: "Failed",
        failures,
      });
      expect(contact(BEN).status).toBe(expected);
    },
  );

  it("fails for the given number of times, then succeeds", () => {
    store.failDeletions({ failures, times: 2 });
    for (const expected of ["Failed", "Failed", undefined]) {
      store.beginDeletion(contact(TOM));
      clock.advance(DEFAULT_SETTINGS.deletionDelayMs);
      expect(store.find(TOM)?.deletion?.status).toBe(expected);
    }
  });

  it("uses the rule for its contact before the rule for any contact", () => {
    store.failDeletions({ failures: [] });
    store.failDeletions({ contactId: TOM, failures });
    store.beginDeletion(contact(TOM));
    clock.advance(DEFAULT_SETTINGS.deletionDelayMs);
    expect(contact(TOM).deletion?.failures).toBe(failures);
    expect(store.deletionFailures()).toEqual([{ failures: [], times: 1 }]);
  });
});

describe("ContactStore.changes", () => {
  it("counts changed fields, not calls", () => {
    const tom = contact(TOM);
    const counted = (change: () => void): number => {
      const before = store.changes;
      change();
      return store.changes - before;
    };
    expect(counted(() => store.update(tom, { name: "tom" }))).toBe(0);
    expect(
      counted(() =>
        store.update(tom, { name: "tim", title: "CEO", messageTypes: [] }),
      ),
    ).toBe(3);
    expect(counted(() => void store.bind(tom, "fd-ZDNPiT7a4K"))).toBe(0);
    expect(counted(() => void store.bind(tom, "rd-3gqx5n"))).toBe(1);
    expect(counted(() => store.unbind(tom, "rd-3gqx5n"))).toBe(1);
    expect(counted(() => store.unbind(tom, "rd-3gqx5n"))).toBe(0);
    expect(counted(() => store.dropPending(tom, "email"))).toBe(0);
    expect(counted(() => store.remove(tom))).toBe(1);
    expect(counted(() => void store.add(FIELDS))).toBe(1);
  });
});

describe("the sample seed", () => {
  it("starts with the contact of the vendor's samples", () => {
    expect(store.all()).toHaveLength(12);
    expect(store.all()[0]).toMatchObject({ contactId: TOM, name: "tom" });
  });

  it("binds contacts only to targets of the directory", () => {
    const targets = store.all().flatMap(({ bindings }) => [...bindings.keys()]);
    expect(targets.filter((id) => !store.directory.has(id))).toEqual([]);
  });
});

describe("ContactStore.load", () => {
  it("loads the empty seed with the same directory", () => {
    store.load(EMPTY_SEED);
    expect(store.all()).toEqual([]);
    expect(store.directory.has("rd-3gqx5n")).toBe(true);
  });

  it("starts the deletion of a contact in Deleting", () => {
    const [tom] = SAMPLE_SEED.contacts;
    if (tom === undefined) throw new Error("the sample seed is empty");
    store.load({ ...SAMPLE_SEED, contacts: [{ ...tom, status: "Deleting" }] });
    expect(store.hasRunningDeletion()).toBe(true);
    clock.advance(DEFAULT_SETTINGS.deletionDelayMs);
    expect(store.all()).toEqual([]);
  });

  it("restores every state that toSeed has saved", () => {
    store.changeTarget(contact(TOM), "phone", "86-13911111111");
    store.confirm(contact(BEN), "ben@example.com");
    store.beginDeletion(contact(MARTA));
    const taken = store.toSeed();
    store.load(EMPTY_SEED);
    store.load(taken);
    expect(store.toSeed()).toEqual(taken);
    expect(contact(BEN).email.isVerified).toBe(true);
    expect(contact(BEN).phone.isVerified).toBe(false);
    expect(contact(MARTA).deletion?.status).toBe("Deleting");
  });
});

describe("Directory.pathOf", () => {
  it("returns a target and its ancestors, nearest first", () => {
    expect(store.directory.pathOf("1997968394350004")).toEqual([
      "1997968394350004",
      "fd-H3vLk9Bz2s",
      "fd-ZDNPiT7a4K",
      "r-Zj29gL",
      "rd-3gqx5n",
    ]);
  });
});
