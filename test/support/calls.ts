import type { ContactOperation } from "../../src/upstream/operations.js";
import type { EmulatorControl } from "../../src/emulator/control/emulator-control.js";
import { REST, type Input } from "./apis.js";

/** The first contact of the sample seed. */
export const TOM = "c-qL4HqKONzOM7aB3d";

/** A folder that tom is not bound to, and one that tom is bound to. */
export const UNBOUND_FOLDER = "fd-Qm81rWc5Xe";
export const BOUND_FOLDER = "fd-ZDNPiT7a4K";

/** Values that are pending verification after a test has changed tom's address and number. */
export const PENDING = {
  emailAddress: "new-tom@example.com",
  phoneNumber: "86-13900009999",
};

/** Valid input of each operation, for a contact. */
export const validInputsFor = (
  contactId: string,
): Readonly<Record<ContactOperation, Input>> => ({
  addMessageContact: {
    name: "ann",
    emailAddress: "ann@example.com",
    title: "CEO",
    messageTypes: ["SERVICE_MESSAGE"],
  },
  getMessageContact: { contactId },
  listMessageContacts: { pageSize: 5 },
  updateMessageContact: { contactId, name: "tim" },
  cancelMessageContactUpdate: {
    contactId,
    emailAddress: PENDING.emailAddress,
  },
  deleteMessageContact: { contactId },
  getMessageContactDeletionStatus: { contactId },
  sendEmailVerificationForMessageContact: {
    contactId,
    emailAddress: PENDING.emailAddress,
  },
  sendPhoneVerificationForMessageContact: {
    contactId,
    phoneNumber: PENDING.phoneNumber,
  },
  listMessageContactVerifications: { contactId },
  associateMembers: { contactId, targetIds: [UNBOUND_FOLDER] },
  disassociateMembers: { contactId, targetIds: [BOUND_FOLDER] },
});

/** Valid input of each operation, for the first contact of the sample seed. */
export const VALID_INPUTS = validInputsFor(TOM);

/** Starts the verifications of `PENDING` if the operation needs them. */
export async function openPending(
  control: EmulatorControl,
  gatewayUrl: string,
  operation: ContactOperation,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const needsPending =
    operation.startsWith("send") || operation === "cancelMessageContactUpdate";
  if (!needsPending) return;
  const input = { contactId: TOM, ...PENDING };
  const { code } = await REST.call(
    gatewayUrl,
    "updateMessageContact",
    input,
    headers,
  );
  if (code !== "OK") throw new Error(`cannot prepare: ${code}`);
  control.clearCalls();
}
