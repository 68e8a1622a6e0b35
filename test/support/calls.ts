import type { Operation } from "../../src/upstream/operations.js";
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

/** Valid input of each operation. */
export const VALID_INPUTS: Readonly<Record<Operation, Input>> = {
  addMessageContact: {
    name: "ann",
    emailAddress: "ann@example.com",
    title: "CEO",
    messageTypes: ["SERVICE_MESSAGE"],
  },
  getMessageContact: { contactId: TOM },
  listMessageContacts: { pageSize: 5 },
  updateMessageContact: { contactId: TOM, name: "tim" },
  cancelMessageContactUpdate: {
    contactId: TOM,
    emailAddress: PENDING.emailAddress,
  },
  deleteMessageContact: { contactId: TOM },
  getMessageContactDeletionStatus: { contactId: TOM },
  sendEmailVerificationForMessageContact: {
    contactId: TOM,
    emailAddress: PENDING.emailAddress,
  },
  sendPhoneVerificationForMessageContact: {
    contactId: TOM,
    phoneNumber: PENDING.phoneNumber,
  },
  listMessageContactVerifications: { contactId: TOM },
  associateMembers: { contactId: TOM, targetIds: [UNBOUND_FOLDER] },
  disassociateMembers: { contactId: TOM, targetIds: [BOUND_FOLDER] },
};

/** Starts the verifications of `PENDING` if the operation needs them. */
export async function openPending(
  control: EmulatorControl,
  gatewayUrl: string,
  operation: Operation,
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
