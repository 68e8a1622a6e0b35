export type Channel = "email" | "phone";
export type ContactStatus = "Verifying" | "Active" | "Deleting";

export const CHANNELS = ["email", "phone"] as const;

/** An address or number that its owner has not confirmed yet. */
export interface PendingTarget {
  readonly target: string;
  /** Milliseconds since 1970. */
  readonly openedAt: number;
}

/** A member account from which a contact could not be removed (documented on the Chinese page). */
export interface DeletionFailure {
  readonly AccountId: string;
  readonly MessageTypes: readonly string[];
}

/** State of a contact's latest asynchronous deletion. Times are in milliseconds since 1970. */
export interface Deletion {
  status: "Deleting" | "Failed";
  readonly startedAt: number;
  readonly endsAt: number;
  readonly statusBefore: ContactStatus;
  failures: readonly DeletionFailure[];
}

/** Current and pending value of a channel. `isVerified` refers to the current value. */
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
  /** Maps a target id to the time of the binding. */
  readonly bindings: Map<string, number>;
  deletion?: Deletion;
}

/** Finds the channel on which a target is pending. */
export function pendingChannel(
  contact: ContactRecord,
  target: string,
): Channel | undefined {
  return CHANNELS.find(
    (channel) => contact[channel].pending?.target === target,
  );
}

/** Creates a channel with an unverified, pending value, or an empty channel without a value. */
export function pendingValue(
  value: string | undefined,
  openedAt: number,
): ChannelValue {
  return value === undefined
    ? { isVerified: false }
    : { value, isVerified: false, pending: { target: value, openedAt } };
}
