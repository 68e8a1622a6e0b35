import type { VendorContact } from "../vendor/vendor-types.js";
import { KeyedHash } from "./keyed-hash.js";

/**
 * Computes the version of a contact's state, which is equal on all replicas, for masked
 * and unmasked callers, and for a contact from a list and from a single read.
 *
 * It is keyed: from a plain hash, a caller without personal data could find out the
 * masked digits. Pending verifications and `AssociatedDate` are not part of it.
 */
export class ContactVersions {
  private readonly known = new WeakMap<VendorContact, string>();
  private readonly hash: KeyedHash;

  constructor(secret: string) {
    this.hash = new KeyedHash(secret);
  }

  /** 22 characters of `A-Z a-z 0-9 - _`. */
  of(contact: VendorContact): string {
    let version = this.known.get(contact);
    if (version === undefined) {
      const state = JSON.stringify(stateOf(contact));
      version = this.hash.of(state).slice(0, 22);
      this.known.set(contact, version);
    }
    return version;
  }
}

/** The vendor does not document the order of lists, or whether an empty text is omitted. */
function stateOf(contact: VendorContact): unknown[] {
  const { MessageTypes: types = [], Members: members = [] } = contact;
  return [
    contact.ContactId,
    contact.Name ?? "",
    contact.EmailAddress ?? "",
    contact.PhoneNumber ?? "",
    contact.Title ?? "",
    contact.Status ?? "",
    contact.CreateDate ?? "",
    [...(types ?? [])].sort(),
    [...(members ?? [])].sort(),
  ];
}

/** One entity tag of an `If-Match` header; weak tags never match (RFC 9110, 13.1.1). */
const TAG = /(W\/)?"([\x21\x23-\x7e]*)"/g;

/**
 * Whether a version satisfies an `If-Match` condition: `*`, a version, or a list of
 * entity tags, which consist of a version and optionally of a suffix after a dot.
 */
export function satisfies(version: string, ifMatch: string): boolean {
  const condition = ifMatch.trim();
  if (condition === "*" || condition === version) return true;
  for (const [, weak, tag = ""] of condition.matchAll(TAG)) {
    if (weak === undefined && tag.split(".")[0] === version) return true;
  }
  return false;
}
