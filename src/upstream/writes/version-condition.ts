import type { Usage } from "../../context/request-context.js";
import { ErrorCode } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";
import { satisfies, type ContactVersions } from "../reads/contact-versions.js";
import type { VendorReads } from "../reads/vendor-reads.js";

/** The parts of a write that its condition concerns. */
interface ConditionalWrite {
  readonly params: object;
  readonly ifMatch?: string | undefined;
  /** On the monotonic clock. */
  readonly deadline: number;
  readonly usage: Usage;
}

/**
 * Reads the contact and checks the condition on its version, if the write has one.
 * Returns whether there was a condition.
 *
 * @throws {GatewayError} CHANGED_MEANWHILE, or the error of the read
 */
export async function requireVersion(
  {
    reads,
    versions,
  }: {
    readonly reads: Pick<VendorReads, "readWithRetries">;
    readonly versions: ContactVersions;
  },
  { params, ifMatch, deadline, usage }: ConditionalWrite,
): Promise<boolean> {
  if (ifMatch === undefined) return false;
  const { ContactId = "" } = params as { ContactId?: string };
  const { Contact: contact } = await reads.readWithRetries(
    "getMessageContact",
    { ContactId },
    { deadline, usage, isReserved: true },
  );
  const version = versions.of(contact);
  if (satisfies(version, ifMatch)) return true;
  throw new GatewayError(ErrorCode.CHANGED_MEANWHILE, {
    field: ["ifMatch"],
    value: version,
  });
}
