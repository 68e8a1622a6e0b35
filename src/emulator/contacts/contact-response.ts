import { toVendorDate } from "../clock.js";
import type { ContactRecord } from "./contact-record.js";
import { gatewayInvalidParameter } from "../wire/rpc-errors.js";
import type { ResponseBody } from "../wire/rpc-response.js";
import type { RpcParams } from "../wire/rpc-params.js";
import type { EmulatorSettings } from "../settings.js";

/** Documented for sibling list operations, inferred for these. */
const DEFAULT_PAGE_SIZE = 10;
const MAX_PAGE_SIZE = 100;

/** A contact as GetMessageContact and ListMessageContacts return it. */
export function describeContact(
  contact: ContactRecord,
  settings: EmulatorSettings,
): ResponseBody {
  const { contactId, name, email, phone, title, messageTypes, status } =
    contact;
  const phoneNumber =
    phone.value === undefined
      ? settings.absentPhoneNumber === "empty"
        ? { PhoneNumber: "" }
        : {}
      : { PhoneNumber: maskIfEnabled(phone.value, settings) };
  return {
    ContactId: contactId,
    Name: name,
    EmailAddress: maskIfEnabled(email.value ?? "", settings),
    ...phoneNumber,
    Title: title,
    MessageTypes: [...messageTypes],
    Members: [...contact.bindings.keys()],
    Status: status,
    CreateDate: toVendorDate(contact.createdAt),
  };
}

/** An address or a number. If `maskTargets` is on, masked as in the vendor's samples. */
export function maskIfEnabled(
  target: string,
  settings: EmulatorSettings,
): string {
  if (!settings.maskTargets) return target;
  const at = target.indexOf("@");
  if (at >= 0) return `${target.slice(0, at)}***${target.slice(at)}`;
  return target.length < 8
    ? target
    : `${target.slice(0, -8)}****${target.slice(-4)}`;
}

export interface PageRequest {
  readonly pageNumber: number;
  readonly pageSize: number;
}

/** @throws {RpcError} InvalidPageNumber, InvalidPageSize */
export function readPage(
  params: RpcParams,
  settings: EmulatorSettings,
): PageRequest {
  const read = (name: string, initial: number, max: number): number => {
    const value = params.integer(name) ?? initial;
    const bounded = Math.min(Math.max(value, 1), max);
    if (value === bounded) return value;
    if (settings.pageOutOfRange === "clamp") return bounded;
    throw gatewayInvalidParameter(name);
  };
  return {
    pageNumber: read("PageNumber", 1, Number.MAX_SAFE_INTEGER),
    pageSize: read("PageSize", DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE),
  };
}

/**
 * One page of `items` as the property `name`, with the paging properties.
 *
 * @param slip see `ActionContext.slip`
 */
export function describePage<T>(
  name: string,
  items: readonly T[],
  { pageNumber, pageSize }: PageRequest,
  slip: number,
  describe: (item: T) => unknown,
): ResponseBody {
  const start = (pageNumber - 1) * pageSize;
  const first = start === 0 ? 0 : Math.max(0, start + slip);
  return {
    TotalCount: items.length,
    PageSize: pageSize,
    PageNumber: pageNumber,
    [name]: items.slice(first, first + pageSize).map(describe),
  };
}
