import { ErrorCode } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";
import { isContactId } from "../vendor/answer-checks.js";
import type { Operation, WriteOperation } from "../operations.js";
import {
  includesValue,
  matchesRequest,
  isCreatedSince,
  isCurrentOrPending,
} from "./settlement-evidence.js";
import type {
  VendorAnswer,
  VendorContact,
  VendorParams,
} from "../vendor/vendor-types.js";

/**
 * Result of reading back a write whose response was lost:
 * - `done`: it was carried out; `answer` is its response;
 * - `refused`: it cannot have been carried out;
 * - `missing`: it is not in effect; sending `rest` would complete it;
 * - `unknowable`: no read can decide.
 */
export type Settlement<O extends Operation> =
  | { readonly kind: "done"; readonly answer: VendorAnswer<O> }
  | { readonly kind: "refused"; readonly error: GatewayError }
  | { readonly kind: "missing"; readonly rest: VendorParams[O] }
  | { readonly kind: "unknowable" };

/** Vendor reads for settling one write, within the deadline of that write. */
export interface ReadBack {
  read<O extends Operation>(
    operation: O,
    params: VendorParams[O],
  ): Promise<VendorAnswer<O>>;
  pause(ms: number): Promise<void>;
  /**
   * Time of the first send by the vendor's clock (from the `Date` header of its
   * latest response), in milliseconds since 1970.
   */
  readonly firstSentAtMs: () => number;
}

type Settle<O extends Operation> = (
  params: VendorParams[O],
  back: ReadBack,
) => Promise<Settlement<O>>;

/** Responses built from reads have no vendor request id. */
const READ_BACK = { RequestId: "" } as const;

/**
 * Settles each write after an ambiguous attempt by reading the current state.
 *
 * A verification message cannot be settled: its target is pending before and after
 * it was sent. It must not be resent, because it reaches a person and counts
 * against the vendor's daily limit.
 */
export const SETTLEMENTS: { readonly [O in WriteOperation]: Settle<O> } = {
  addMessageContact: async (params, back) => {
    const found =
      (await findByName(params.Name, back)) ??
      // A delayed first attempt may take effect between this read and a resend.
      (await back.pause(300).then(() => findByName(params.Name, back)));
    if (found === null) return { kind: "missing", rest: params };
    if (!matchesRequest(found, params)) {
      return { kind: "refused", error: nameTaken(params.Name) };
    }
    // Equal in every field, but the date does not prove that we created it.
    if (
      typeof found.CreateDate !== "string" ||
      !isCreatedSince(found.CreateDate, back.firstSentAtMs())
    ) {
      return { kind: "unknowable" };
    }
    const { ContactId, CreateDate } = found;
    // Callers could not use this id.
    if (!isContactId(ContactId)) return { kind: "unknowable" };
    return {
      kind: "done",
      answer: { ...READ_BACK, Contact: { ContactId, CreateDate } },
    };
  },

  updateMessageContact: async (params, back) => {
    const { ContactId } = params;
    const [{ Contact: contact }, pending] = await Promise.all([
      back.read("getMessageContact", { ContactId }),
      pendingTargets(ContactId, back),
    ]);
    const { EmailAddress, PhoneNumber, ...plain } = params;
    const isDone =
      matchesRequest(contact, plain) &&
      isCurrentOrPending(EmailAddress, contact.EmailAddress, pending) &&
      isCurrentOrPending(PhoneNumber, contact.PhoneNumber, pending);
    return isDone
      ? { kind: "done", answer: READ_BACK }
      : { kind: "missing", rest: params };
  },

  deleteMessageContact: async (params, back) => {
    const { ContactId } = params;
    const contact = await orAbsent(
      back.read("getMessageContact", { ContactId }),
    );
    if (contact === null) {
      return { kind: "done", answer: { ...READ_BACK, Status: "Deleted" } };
    }
    return contact.Contact.Status === "Deleting"
      ? { kind: "done", answer: { ...READ_BACK, Status: "Deleting" } }
      : { kind: "missing", rest: params };
  },

  cancelMessageContactUpdate: async (params, back) => {
    const { ContactId, EmailAddress, PhoneNumber } = params;
    const targets = [EmailAddress, PhoneNumber].filter(
      (target) => target !== undefined,
    );
    const pending = await pendingTargets(ContactId, back);
    if (targets.some((target) => includesValue(target, pending))) {
      return { kind: "missing", rest: params };
    }
    const { Contact: contact } = await back.read("getMessageContact", {
      ContactId,
    });
    const wasVerified =
      (EmailAddress !== undefined && contact.EmailAddress === EmailAddress) ||
      (PhoneNumber !== undefined && contact.PhoneNumber === PhoneNumber);
    return wasVerified
      ? { kind: "refused", error: new GatewayError(ErrorCode.STATUS_CONFLICT) }
      : { kind: "done", answer: READ_BACK };
  },

  sendEmailVerificationForMessageContact: () =>
    Promise.resolve({ kind: "unknowable" }),

  sendPhoneVerificationForMessageContact: () =>
    Promise.resolve({ kind: "unknowable" }),

  associateMembers: async ({ ContactId, Members }, back) => {
    const bound = await bindingsOf(ContactId, back);
    const missing = Members.filter((target) => !bound.has(target));
    if (missing.length > 0) {
      return { kind: "missing", rest: { ContactId, Members: missing } };
    }
    const changes = await Promise.all(
      Members.map(async (MemberId) => ({
        ContactId,
        MemberId,
        ...(await bindingDate(ContactId, MemberId, back)),
      })),
    );
    return { kind: "done", answer: { ...READ_BACK, Members: changes } };
  },

  disassociateMembers: async ({ ContactId, Members }, back) => {
    const bound = await bindingsOf(ContactId, back);
    const remaining = Members.filter((target) => bound.has(target));
    if (remaining.length > 0) {
      return { kind: "missing", rest: { ContactId, Members: remaining } };
    }
    const changes = Members.map((MemberId) => ({ ContactId, MemberId }));
    return { kind: "done", answer: { ...READ_BACK, Members: changes } };
  },
};

/** The vendor's maximum page size; a directory has at most 20 contacts by default. */
const PAGE_SIZE = 100;

/** A list with more pages than this is treated as invalid. */
const MAX_PAGES = 10;

async function findByName(
  name: string,
  back: ReadBack,
): Promise<VendorContact | null> {
  for (let PageNumber = 1; PageNumber <= MAX_PAGES; PageNumber += 1) {
    const page = await back.read("listMessageContacts", {
      PageNumber,
      PageSize: PAGE_SIZE,
    });
    const contacts = page.Contacts ?? [];
    const found = contacts.find((contact) => contact.Name === name);
    if (found !== undefined) return found;
    const isLast =
      contacts.length === 0 || PageNumber * PAGE_SIZE >= page.TotalCount;
    if (isLast) return null;
  }
  throw new GatewayError(ErrorCode.UPSTREAM_UNAVAILABLE);
}

async function pendingTargets(
  ContactId: string,
  back: ReadBack,
): Promise<string[]> {
  const { ContactVerifications: pending } = await back.read(
    "listMessageContactVerifications",
    { ContactId, PageNumber: 1, PageSize: PAGE_SIZE },
  );
  return (pending ?? []).map(({ Target }) => Target);
}

async function bindingsOf(
  ContactId: string,
  back: ReadBack,
): Promise<Set<string>> {
  const { Contact: contact } = await back.read("getMessageContact", {
    ContactId,
  });
  return new Set(contact.Members ?? []);
}

/** Date of a binding; only lists contain it. A binding without a date still counts. */
async function bindingDate(
  ContactId: string,
  Member: string,
  back: ReadBack,
): Promise<{ ModifyDate?: unknown }> {
  const page = await back
    .read("listMessageContacts", { Member, PageNumber: 1, PageSize: PAGE_SIZE })
    .catch(() => null);
  const date = page?.Contacts?.find(
    (contact) => contact.ContactId === ContactId,
  )?.AssociatedDate;
  return date === undefined ? {} : { ModifyDate: date };
}

async function orAbsent<T>(read: Promise<T>): Promise<T | null> {
  try {
    return await read;
  } catch (error) {
    const isAbsent =
      error instanceof GatewayError &&
      error.code === ErrorCode.CONTACT_NOT_FOUND;
    if (isAbsent) return null;
    throw error;
  }
}

function nameTaken(name: string): GatewayError {
  return new GatewayError(ErrorCode.NAME_TAKEN, {
    field: ["name"],
    value: name,
  });
}
