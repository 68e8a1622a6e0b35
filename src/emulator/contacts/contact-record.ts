export type Channel = "email" | "phone";
export type ContactStatus = "Verifying" | "Active" | "Deleting";

export const CHANNELS = ["email", "phone"] as const;

/** An address or a number that waits for its owner to confirm it. */
export interface PendingTarget {
  readonly target: string;
  /** Milliseconds since 1970. */
  readonly openedAt: number;
}

/** A member account in which a contact could not be removed (documented, Chinese page). */
export interface DeletionFailure {
  readonly AccountId: string;
  readonly MessageTypes: readonly string[];
}

/** How a contact's latest asynchronous deletion stands. Times in milliseconds since 1970. */
export interface Deletion {
  status: "Deleting" | "Failed";
  readonly startedAt: number;
  readonly endsAt: number;
  readonly statusBefore: ContactStatus;
  failures: readonly DeletionFailure[];
}

/** The value a contact shows on a channel, and whether its owner confirmed that value. */
export interface ChannelValue {
  value?: string;
  isVerified: boolean;
  pending?: PendingTarget;
}

export interface ContactRecord {
  readonly contactId: string;
  readonly createdAt: number;
  name: string;
  title: string;
  messageTypes: readonly string[];
  status: ContactStatus;
  readonly email: ChannelValue;
  readonly phone: ChannelValue;
  /** Target id to time of binding. */
  readonly bindings: Map<string, number>;
  deletion?: Deletion;
}

/** The channel on which a target waits for confirmation. */
export function pendingChannel(
  contact: ContactRecord,
  target: string,
): Channel | undefined {
  return CHANNELS.find(
    (channel) => contact[channel].pending?.target === target,
  );
}

/** A value that nobody has confirmed yet; without a value there is nothing to confirm. */
export function unverified(
  value: string | undefined,
  openedAt: number,
): ChannelValue {
  return value === undefined
    ? { isVerified: false }
    : { value, isVerified: false, pending: { target: value, openedAt } };
}
