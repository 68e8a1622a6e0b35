import { hash } from "node:crypto";
import { maskFor } from "../access/masking.js";
import type { RequestContext } from "../context/request-context.js";
import type { VendorContact } from "../upstream/vendor/vendor-types.js";
import { toMessageContact } from "./message-contacts.mapper.js";

/** A contact as a JSON text, with its complete entity tag. */
export interface ContactBody {
  readonly text: string;
  readonly etag: string;
}

/**
 * Bodies of single contacts, for callers with and without access to personal data. They
 * are kept for as long as the read cache keeps the response of the vendor.
 */
export class ContactBodies {
  private readonly whole = new WeakMap<VendorContact, ContactBody>();
  private readonly masked = new WeakMap<VendorContact, ContactBody>();

  /** @param versionOf computes the version of the contact */
  of(
    contact: VendorContact,
    context: RequestContext,
    versionOf: (contact: VendorContact) => string,
  ): ContactBody {
    const known = context.caller.personal ? this.whole : this.masked;
    let body = known.get(contact);
    if (body === undefined) {
      const version = versionOf(contact);
      const shape = toMessageContact(contact, version);
      const text = JSON.stringify(maskFor(context, shape));
      body = { text, etag: entityTag(text, version) };
      known.set(contact, body);
    }
    return body;
  }
}

/**
 * Strong entity tag of a response. It begins with the version of the contact that the
 * response contains, if it is a single one, so that `If-Match` accepts it.
 */
export function entityTag(text: string, version?: string): string {
  const digest = hash("sha256", text, "base64url").slice(0, 16);
  return version === undefined ? `"${digest}"` : `"${version}.${digest}"`;
}
