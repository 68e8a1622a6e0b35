/**
 * Stable names of log lines that report what happens to the process, and what each line
 * means. A name is never reused for another meaning. Lines about single requests have no
 * name.
 */
export const EVENTS = {
  start:
    "the process starts: `version`, `changedSettings`, `signIn`, `directories`, `sharedState`, `workers`",
  ready: "it serves requests: `url`, `durationMs` since the start",
  drain:
    "it has received a signal and becomes unready: `drainMs`, `graceMs`, `requestsInFlight`",
  stop: "it has stopped: `outcome` (`graceful` or `forced`), `durationMs` since the signal, `requestsCutOff`",
  "change-cut-off":
    "a forced exit cuts off a change; the audit log has a line with `OUTCOME_UNKNOWN`",
  "breaker-open":
    "the circuit breaker of a `directory` opens: half of the calls of this `kind` get no usable response",
  "breaker-half-open": "the breaker lets one call through",
  "breaker-closed": "the breaker closes: the vendor responds again",
  "overload-begin":
    "the process begins to refuse requests with GATEWAY_BUSY, for this `reason`",
  "overload-end": "it has refused none for 5 s: `refused`, `durationMs`",
  "connections-full": "`MAX_CONNECTIONS` is reached",
  "shared-state-lost": "Redis is unreachable",
  "shared-state-refused":
    "Redis responds but rejects commands; `outcome` is its error code",
  "shared-state-back": "Redis can be used again",
  "shared-state-unreplicated":
    "too few replicas of Redis confirm records; keyed changes are refused",
  "shared-state-replicated": "they confirm records again",
  "worker-silent": "a worker sends no heartbeats and counts as not ready",
  "worker-killed": "it still sends none and is killed",
  "worker-lost": "a worker has exited with `outcome` and is being replaced",
  "worker-ready": "its replacement serves requests",
  "credentials-reloaded":
    "new vendor credentials of a `directory` were read; new calls use them",
  "credentials-unusable":
    "the file with the vendor credentials of a `directory` cannot be used; the last ones stay in use",
  "api-keys-reloaded": "the API key file was read again",
  "api-keys-unusable":
    "the API key file cannot be used; the keys that were read last stay valid",
  "issuer-keys-lost": "the public keys of an `issuer` cannot be fetched",
  "issuer-keys-back": "they can be fetched again",
  "audit-reopened": "the audit file was reopened after SIGHUP",
  "audit-not-reopened": "it cannot be reopened; the old file stays in use",
  "audit-lost":
    "an entry cannot be written to the audit log; the line contains it",
  "log-lost":
    "lines cannot be written to standard output; written to standard error",
  "refusals-suppressed":
    "lines of refused requests were not written: `reason`, `suppressed`",
  "traces-lost": "spans cannot be exported to the collector",
  "traces-back": "they can be exported again: `lost` spans",
  "setting-ignored": "a variable has no effect",
  "settings-conflict":
    "two settings are valid, but one defeats the other; see `cause`",
  "verification-limit-near":
    "most of `VERIFICATION_EMAILS_PER_DAY` of a `directory` are used",
  "library-message": "Apollo Server has logged something",
  fault: "a bug of the gateway; the line has a stack",
} as const satisfies Readonly<Record<string, string>>;

/** Stable name of a log line; the value of its field `event`. */
export type LogEvent = keyof typeof EVENTS;
