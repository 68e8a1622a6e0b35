/** Start options of the gateway process, in its first message. */
export interface StartMessage {
  readonly kind: "start";
  /** URL of the emulator that the gateway links to; null without one. */
  readonly emulatorUrl: string | null;
}

/** Sent to the gateway process: closes the gateway and ends the process. */
export interface StopMessage {
  readonly kind: "stop";
}

export type ToGateway = StartMessage | StopMessage;

/** Sent by the gateway process, once. */
export type FromGateway =
  | {
      readonly kind: "started";
      readonly url: string;
      readonly opsUrl: string;
      readonly developmentKey: string | null;
    }
  | {
      readonly kind: "failed";
      /** For the caller: contains no value of a setting. */
      readonly message: string;
    };
