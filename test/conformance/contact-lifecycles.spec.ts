import { describe, expect, it } from "@jest/globals";
import type {
  EmulatorOptions,
  RunningEmulator,
} from "../../src/emulator/emulator.server.js";
import { call, type CallParams } from "../support/emulator-client.js";
import {
  BEN,
  MARTA,
  ManualClock,
  NEW_CONTACT,
  TOM,
  withEmulator,
} from "../support/emulator-fixture.js";

const DAY_MS = 24 * 60 * 60 * 1_000;

interface Scene {
  readonly emulator: RunningEmulator;
  readonly clock: ManualClock;
  /** Returns the response body, or `<status> <code>` for an error. */
  readonly ask: (action: string, params?: CallParams) => Promise<unknown>;
}

/** Runs a test with a manual clock that timestamps follow. */
async function scene(
  options: EmulatorOptions,
  run: (scene: Scene) => Promise<void>,
): Promise<void> {
  const clock = new ManualClock();
  const settings = { timestampClock: "source", ...options.settings } as const;
  await withEmulator({ ...options, clock, settings }, async (emulator) => {
    await run({
      emulator,
      clock,
      ask: async (action, params = {}) => {
        const { status, json } = await call(emulator.url, action, params, {
          at: clock.now(),
        });
        const { RequestId: _requestId, ...body } = json;
        return status === 200 ? body : `${status} ${String(body["Code"])}`;
      },
    });
  });
}

const contactOf = (answer: unknown) =>
  (answer as { Contact: { ContactId: string; Status: string } }).Contact;

describe("adding a contact", () => {
  it("sends no message", async () => {
    await scene({}, async ({ ask, emulator }) => {
      await ask("AddMessageContact", NEW_CONTACT);
      expect(emulator.control.outbox()).toEqual([]);
    });
  });

  it("leads to Active when all channels are confirmed, by code or by target", async () => {
    await scene({ seed: "empty" }, async ({ ask, emulator: { control } }) => {
      const { ContactId } = contactOf(
        await ask("AddMessageContact", NEW_CONTACT),
      );
      await ask("SendEmailVerificationForMessageContact", {
        ContactId,
        EmailAddress: NEW_CONTACT.EmailAddress,
      });
      control.confirmVerification({ code: control.outbox()[0]?.code ?? "" });
      expect(
        contactOf(await ask("GetMessageContact", { ContactId })).Status,
      ).toBe("Verifying");
      control.confirmVerification({
        contactId: ContactId,
        target: NEW_CONTACT.PhoneNumber,
      });
      expect(
        contactOf(await ask("GetMessageContact", { ContactId })).Status,
      ).toBe("Active");
      expect(
        await ask("SendEmailVerificationForMessageContact", {
          ContactId,
          EmailAddress: NEW_CONTACT.EmailAddress,
        }),
      ).toBe("404 EntityNotExists.Contact.Verification");
    });
  });

  it("fails at 20 contacts, and reports a taken name before that limit", async () => {
    await scene({}, async ({ ask }) => {
      for (let index = 0; index < 8; index += 1) {
        const Name = `name${String.fromCharCode(97 + index)}`;
        expect(
          await ask("AddMessageContact", { ...NEW_CONTACT, Name }),
        ).toHaveProperty("Contact");
      }
      expect(await ask("AddMessageContact", NEW_CONTACT)).toBe(
        "400 LimitExceeded.Contacts",
      );
      expect(
        await ask("AddMessageContact", { ...NEW_CONTACT, Name: "tom" }),
      ).toBe("400 InvalidParameter.Name.AlreadyUsed");
    });
  });

  it.each([
    [true, "200"],
    [false, "400 InvalidParameter.Name.AlreadyUsed"],
  ])(
    "compares names case-sensitively when nameCaseSensitive is %s",
    async (nameCaseSensitive, expected) => {
      await scene({ settings: { nameCaseSensitive } }, async ({ ask }) => {
        const answer = await ask("AddMessageContact", {
          ...NEW_CONTACT,
          Name: "TOM",
        });
        expect(typeof answer === "string" ? answer : "200").toBe(expected);
      });
    },
  );
});

describe("updating a contact", () => {
  it("keeps the old address of an active contact until the new one is verified", async () => {
    await scene({}, async ({ ask, emulator: { control } }) => {
      const ContactId = TOM;
      const target = "tom.new@example.com";
      await ask("UpdateMessageContact", { ContactId, EmailAddress: target });
      expect(await ask("GetMessageContact", { ContactId })).toMatchObject({
        Contact: { EmailAddress: "tom@example.com", Status: "Active" },
      });
      control.confirmVerification({ contactId: ContactId, target });
      expect(await ask("GetMessageContact", { ContactId })).toMatchObject({
        Contact: { EmailAddress: target, Status: "Active" },
      });
    });
  });

  it("can be cancelled, which removes the pending verification", async () => {
    await scene({}, async ({ ask }) => {
      const change = { ContactId: TOM, PhoneNumber: "86-13911111111" };
      await ask("UpdateMessageContact", change);
      expect(await ask("CancelMessageContactUpdate", change)).toEqual({});
      expect(
        await ask("ListMessageContactVerifications", { ContactId: TOM }),
      ).toMatchObject({ TotalCount: 0 });
      expect(await ask("CancelMessageContactUpdate", change)).toBe(
        "400 ContactStatusMismatchAction",
      );
    });
  });

  it("shows a new address at once if the contact was never verified", async () => {
    await scene({}, async ({ ask }) => {
      const EmailAddress = "ben.new@example.com";
      await ask("UpdateMessageContact", { ContactId: BEN, EmailAddress });
      expect(await ask("GetMessageContact", { ContactId: BEN })).toMatchObject({
        Contact: { EmailAddress },
      });
      expect(
        await ask("CancelMessageContactUpdate", {
          ContactId: BEN,
          EmailAddress,
        }),
      ).toBe("400 ContactStatusMismatchAction");
    });
  });

  it("accepts the contact's own name, and an id without changes", async () => {
    await scene({}, async ({ ask, emulator: { control } }) => {
      const same = { ContactId: TOM, Name: "tom" };
      expect(await ask("UpdateMessageContact", same)).toEqual({});
      expect(await ask("UpdateMessageContact", { ContactId: TOM })).toEqual({});
      expect(control.calls().map(({ effects }) => effects)).toEqual([0, 0]);
    });
  });

  it.each([
    ["invalid", "400 InvalidParameter.PhoneNumber"],
    ["ignore", {}],
  ] as const)(
    "handles an empty number according to emptyUpdateValue %s",
    async (emptyUpdateValue, expected) => {
      await scene({ settings: { emptyUpdateValue } }, async ({ ask }) => {
        expect(
          await ask("UpdateMessageContact", {
            ContactId: TOM,
            PhoneNumber: "",
          }),
        ).toEqual(expected);
      });
    },
  );
});

describe("cancelling an update", () => {
  it("cancels every named target or none", async () => {
    await scene({}, async ({ ask }) => {
      const both = {
        ContactId: MARTA,
        EmailAddress: "marta.new@example.com",
        PhoneNumber: "86-13911111111",
      };
      expect(await ask("CancelMessageContactUpdate", both)).toBe(
        "400 ContactStatusMismatchAction",
      );
      expect(
        await ask("ListMessageContactVerifications", { ContactId: MARTA }),
      ).toMatchObject({ TotalCount: 1 });
    });
  });

  it.each([
    [{ cancelWithoutPending: "succeed" }, TOM, "nobody@example.com"],
    [{ cancelNeverVerified: "drop" }, BEN, "ben@example.com"],
    [{ cancelWithoutTarget: "succeed" }, TOM, undefined],
  ] as const)("succeeds with %j", async (settings, ContactId, EmailAddress) => {
    await scene({ settings }, async ({ ask }) => {
      expect(
        await ask("CancelMessageContactUpdate", { ContactId, EmailAddress }),
      ).toEqual({});
    });
  });

  it("requires at least one target", async () => {
    await scene({}, async ({ ask }) => {
      expect(
        await ask("CancelMessageContactUpdate", { ContactId: MARTA }),
      ).toBe("400 InvalidParameter.EmailAddress");
    });
  });
});

describe("deleting a contact", () => {
  it("is synchronous when RetainContactInMembers is true (the default)", async () => {
    await scene({}, async ({ ask }) => {
      expect(await ask("DeleteMessageContact", { ContactId: TOM })).toEqual({
        Status: "Deleted",
      });
      expect(await ask("DeleteMessageContact", { ContactId: TOM })).toBe(
        "404 EntityNotExists.Contact",
      );
    });
  });

  const deletion = { ContactId: TOM, RetainContactInMembers: false };

  it("is asynchronous otherwise, and its status becomes 404", async () => {
    await scene({}, async ({ ask, emulator: { control } }) => {
      expect(await ask("DeleteMessageContact", deletion)).toEqual({
        Status: "Deleting",
      });
      expect(await ask("GetMessageContact", { ContactId: TOM })).toMatchObject({
        Contact: { Status: "Deleting" },
      });
      expect(await ask("DeleteMessageContact", deletion)).toBe(
        "429 ConcurrentCallNotSupported",
      );
      control.advanceClock(9_999);
      expect(
        await ask("GetMessageContactDeletionStatus", { ContactId: TOM }),
      ).toMatchObject({ ContactDeletionStatus: { Status: "Deleting" } });
      control.advanceClock(1);
      expect(
        await ask("GetMessageContactDeletionStatus", { ContactId: TOM }),
      ).toBe("404 EntityNotExists.Contact");
    });
  });

  it("can fail, reports the accounts, and can be repeated", async () => {
    await scene({}, async ({ ask, emulator: { control } }) => {
      const failures = [
        { AccountId: "1997968394350002", MessageTypes: ["AccountExpenses"] },
      ];
      control.failDeletions({ contactId: TOM, failures });
      await ask("DeleteMessageContact", deletion);
      control.advanceClock(10_000);
      expect(
        await ask("GetMessageContactDeletionStatus", { ContactId: TOM }),
      ).toEqual({
        ContactDeletionStatus: {
          Status: "Failed",
          ContactId: TOM,
          FailReasonList: failures,
        },
      });
      expect(await ask("GetMessageContact", { ContactId: TOM })).toMatchObject({
        Contact: { Status: "Active" },
      });
      await ask("DeleteMessageContact", deletion);
      control.advanceClock(10_000);
      expect(await ask("GetMessageContact", { ContactId: TOM })).toBe(
        "404 EntityNotExists.Contact",
      );
    });
  });

  it.each([
    [{ deleteWhileDeleting: "succeed" }, { Status: "Deleting" }],
    [{ deleteUnboundAtOnce: true }, { Status: "Deleted" }],
  ] as const)(
    "handles a contact without bindings according to %j",
    async (settings, second) => {
      await scene({ settings }, async ({ ask }) => {
        const unbound = { ...deletion, ContactId: MARTA };
        const answers = [await ask("DeleteMessageContact", unbound)];
        if (second.Status === "Deleting") {
          answers.push(await ask("DeleteMessageContact", unbound));
        }
        expect(answers.at(-1)).toEqual(second);
      });
    },
  );

  it("blocks other writes when deletionBlocksWrites is true", async () => {
    await scene(
      { settings: { deletionBlocksWrites: true } },
      async ({ ask }) => {
        await ask("DeleteMessageContact", deletion);
        expect(await ask("AddMessageContact", NEW_CONTACT)).toBe(
          "429 ConcurrentCallNotSupported",
        );
      },
    );
  });
});

describe("verification messages", () => {
  const message = { ContactId: BEN, EmailAddress: "ben@example.com" };
  const action = "SendEmailVerificationForMessageContact";

  it("are rejected after ten in a minute, until the minute has passed", async () => {
    await scene({}, async ({ ask, clock }) => {
      for (let sent = 0; sent < 10; sent += 1) {
        expect(await ask(action, message)).toEqual({});
      }
      const refusal = "409 SendValidateCodeExceedsLimitForAccount";
      expect(await ask(action, message)).toBe(refusal);
      clock.advance(60_000);
      expect(await ask(action, message)).toEqual({});
    });
  });

  it("are rejected after the daily limit, until the next day", async () => {
    await scene(
      { settings: { verificationEmailsPerDay: 1 } },
      async ({ ask, emulator: { control } }) => {
        expect(await ask(action, message)).toEqual({});
        expect(await ask(action, message)).toBe(
          "409 SendValidateCodeExceedsLimitForAccount",
        );
        control.advanceClock(DAY_MS);
        expect(await ask(action, message)).toEqual({});
        expect(control.outbox()).toHaveLength(2);
      },
    );
  });

  it("are rejected once the verification has expired", async () => {
    await scene({}, async ({ ask, emulator: { control } }) => {
      control.expireVerification({
        contactId: BEN,
        target: "ben@example.com",
      });
      expect(await ask(action, message)).toBe(
        "404 EntityNotExists.Contact.Verification",
      );
      await ask("UpdateMessageContact", message);
      expect(await ask(action, message)).toEqual({});
    });
  });
});

describe("bindings", () => {
  const members = (...ids: string[]) => ({ ContactId: TOM, Members: ids });
  const accounts = [1, 2, 3, 4, 5, 6].map((n) => `199796839435000${n}`);

  it("are limited to ten targets and can be repeated without an error", async () => {
    await scene({}, async ({ ask }) => {
      await ask("AssociateMembers", members(...accounts.slice(0, 5)));
      await ask("AssociateMembers", members("rd-3gqx5n", "r-Zj29gL"));
      await ask("AssociateMembers", members("fd-Qm81rWc5Xe", "fd-H3vLk9Bz2s"));
      expect(
        await ask("AssociateMembers", members("fd-Qm81rWc5Xe", "rd-3gqx5n")),
      ).toHaveProperty("Members");
      expect(await ask("AssociateMembers", members(accounts[5] ?? ""))).toBe(
        "400 LimitExceeded.ContactMembers",
      );
    });
  });

  it.each([
    [true, ["fd-ZDNPiT7a4K"]],
    [false, ["fd-ZDNPiT7a4K", "rd-3gqx5n"]],
  ])(
    "with an unknown target are handled according to bindAllOrNothing %s",
    async (bindAllOrNothing, expected) => {
      await scene({ settings: { bindAllOrNothing } }, async ({ ask }) => {
        expect(
          await ask("AssociateMembers", members("rd-3gqx5n", "fd-elsewhere")),
        ).toBe("400 InvalidMember");
        expect(
          await ask("GetMessageContact", { ContactId: TOM }),
        ).toMatchObject({
          Contact: { Members: expected },
        });
      });
    },
  );

  it("cannot be removed for a target that is only inherited", async () => {
    await scene({}, async ({ ask, emulator: { control } }) => {
      const inherited = members("1997968394350002");
      expect(await ask("DisassociateMembers", inherited)).toBe(
        "400 InvalidMember",
      );
      control.changeSettings({ unbindNotBound: "succeed" });
      expect(await ask("DisassociateMembers", inherited)).toHaveProperty(
        "Members",
      );
      expect(control.calls().at(-1)).toMatchObject({ effects: 0 });
    });
  });

  it("of parent folders match the filter when memberFilterInherited is true", async () => {
    await scene({}, async ({ ask, emulator: { control } }) => {
      const filter = { Member: "1997968394350004" };
      expect(await ask("ListMessageContacts", filter)).toMatchObject({
        TotalCount: 0,
        Contacts: [],
      });
      control.changeSettings({ memberFilterInherited: true });
      const found = (await ask("ListMessageContacts", filter)) as {
        Contacts: { Name: string }[];
      };
      expect(found.Contacts.map(({ Name }) => Name)).toEqual([
        "tom",
        "张三",
        "Lisa",
        "王五",
      ]);
    });
  });

  it("are rejected for a contact that was never verified when bindWhileVerifying is false", async () => {
    await scene(
      { settings: { bindWhileVerifying: false } },
      async ({ ask }) => {
        expect(
          await ask("AssociateMembers", {
            ContactId: BEN,
            Members: ["rd-3gqx5n"],
          }),
        ).toBe("400 ContactStatusMismatchAction");
      },
    );
  });
});

describe("lists", () => {
  it("start at page 1, have ten items per page and contain the total count", async () => {
    await scene({}, async ({ ask }) => {
      const page = async (params: CallParams) => {
        const { Contacts, ...rest } = (await ask(
          "ListMessageContacts",
          params,
        )) as { Contacts: unknown[] };
        return { ...rest, length: Contacts.length };
      };
      expect(await page({})).toEqual({
        TotalCount: 12,
        PageNumber: 1,
        PageSize: 10,
        length: 10,
      });
      expect(await page({ PageNumber: 2 })).toMatchObject({ length: 2 });
      expect(await page({ PageNumber: 3 })).toMatchObject({ length: 0 });
      expect(await page({ PageSize: 100 })).toMatchObject({ length: 12 });
      expect(await page({ ContactId: TOM })).toMatchObject({ TotalCount: 1 });
    });
  });

  it.each([
    [{ PageNumber: 0 }, "400 InvalidPageNumber"],
    [{ PageSize: 0 }, "400 InvalidPageSize"],
    [{ PageSize: 101 }, "400 InvalidPageSize"],
    [{ PageSize: "ten" }, "400 InvalidPageSize"],
  ])(
    "reject %j, or clamp it when pageOutOfRange is `clamp`",
    async (params, expected) => {
      await scene({}, async ({ ask, emulator: { control } }) => {
        expect(await ask("ListMessageContacts", params)).toBe(expected);
        control.changeSettings({ pageOutOfRange: "clamp" });
        const isNumber = typeof Object.values(params)[0] === "number";
        const answer = await ask("ListMessageContacts", params);
        if (isNumber) expect(answer).toHaveProperty("Contacts");
        else expect(answer).toBe(expected);
      });
    },
  );

  it("contain masked addresses when maskTargets is true", async () => {
    await scene(
      { settings: { maskTargets: true, absentPhoneNumber: "empty" } },
      async ({ ask }) => {
        expect(
          await ask("GetMessageContact", { ContactId: TOM }),
        ).toMatchObject({
          Contact: {
            EmailAddress: "tom***@example.com",
            PhoneNumber: "86-139****1234",
          },
        });
        expect(
          await ask("GetMessageContact", { ContactId: "c-B6kJ4wNq8xRoT5Cv" }),
        ).toMatchObject({ Contact: { PhoneNumber: "" } });
      },
    );
  });

  it("contain the date of the latest, the earliest or the requested binding", async () => {
    await scene({}, async ({ ask, emulator: { control } }) => {
      const dateOf = async (params: CallParams) =>
        (
          (await ask("ListMessageContacts", params)) as {
            Contacts: { AssociatedDate?: string }[];
          }
        ).Contacts[0]?.AssociatedDate;
      const ContactId = "c-B6kJ4wNq8xRoT5Cv";
      expect(await dateOf({ ContactId })).toBe("2023-07-11 16:44:09");
      expect(await dateOf({ ContactId, Member: "fd-Qm81rWc5Xe" })).toBe(
        "2023-06-01 08:05:31",
      );
      control.changeSettings({ associatedDate: "earliest" });
      expect(await dateOf({ ContactId })).toBe("2023-06-01 08:05:31");
      expect(await dateOf({ ContactId: MARTA })).toBeUndefined();
    });
  });

  it("contain all pending verifications when verificationsWithoutContactId is `directory`", async () => {
    await scene(
      { settings: { verificationsWithoutContactId: "directory" } },
      async ({ ask }) => {
        expect(await ask("ListMessageContactVerifications")).toMatchObject({
          TotalCount: 6,
        });
      },
    );
  });
});
