/** Messages from the primary process to a worker. */
export type ToWorker =
  | {
      readonly kind: "start";
      /** URL of the embedded emulator; null if the upstream is the vendor. */
      readonly emulatorUrl: string | null;
      /** Shared by all workers; null if authentication is configured. */
      readonly developmentKey: string | null;
      /** Port of the other workers; null if there are none, so that `PORT` applies. */
      readonly port: number | null;
    }
  | { readonly kind: "collect-metrics" }
  /** Reopen the audit file, as SIGHUP does. */
  | { readonly kind: "reopen" }
  | { readonly kind: "stop"; readonly drainMs: number }
  /** The grace period is over: record unfinished work and exit. */
  | { readonly kind: "force-exit" };

/** Messages from a worker to the primary process. */
export type ToPrimary =
  /** The worker is up and requests its start options. */
  | { readonly kind: "online" }
  /** Sent at an interval: the event loop of the worker runs. */
  | { readonly kind: "heartbeat" }
  /** The worker serves requests at the base URL that all workers share. */
  | { readonly kind: "ready"; readonly url: string }
  /** The readiness or the failures of the worker have changed. */
  | {
      readonly kind: "status";
      readonly isReady: boolean;
      readonly failures: Readonly<Record<string, string>>;
    }
  /** The worker finishes running requests and should receive no new ones. */
  | { readonly kind: "stopping" }
  /** Metrics of the worker, in the format that `aggregateScrape` takes. */
  | { readonly kind: "metrics"; readonly metrics: object };

type Message = ToWorker | ToPrimary;

/** Whether a message is ours and of this kind: libraries may use the same IPC channel. */
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
