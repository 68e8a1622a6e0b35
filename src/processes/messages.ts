/** What the primary process tells a worker. */
export type ToWorker =
  | {
      readonly kind: "begin";
      /** The emulator that the primary runs in place of the vendor. */
      readonly emulatorUrl: string | null;
      /** The same in all workers; null where a sign-in is configured. */
      readonly developmentKey: string | null;
      /** Where the others listen; null: nobody does, so `PORT` counts. */
      readonly port: number | null;
    }
  | { readonly kind: "count" }
  /** Open the audit file again, as after SIGHUP. */
  | { readonly kind: "reopen" }
  | { readonly kind: "end"; readonly drainMs: number }
  /** The time for an end in order is over: record what runs, and exit. */
  | { readonly kind: "cut-off" };

/** What a worker tells the primary process. */
export type ToPrimary =
  /** It listens, and asks what to begin with. */
  | { readonly kind: "here" }
  /** A heartbeat: its event loop runs. */
  | { readonly kind: "alive" }
  /** It answers at the base URL that all workers share. */
  | { readonly kind: "ready"; readonly url: string }
  /** Its readiness or its trouble has changed. */
  | {
      readonly kind: "standing";
      readonly isReady: boolean;
      readonly trouble: Readonly<Record<string, string>>;
    }
  /** It finishes what it is at, and should get nothing more. */
  | { readonly kind: "ending" }
  /** Its metrics, as prom-client adds them up. */
  | { readonly kind: "counted"; readonly metrics: object };

type Message = ToWorker | ToPrimary;

/** Other libraries use the same channel: the rest is not for us. */
export function isMessage<K extends Message["kind"]>(
  message: unknown,
  kind: K,
): message is Extract<Message, { kind: K }> {
  return (
    typeof message === "object" &&
    message !== null &&
    "kind" in message &&
    message.kind === kind
  );
}
