/**
 * When a fault is applied. `arrival`: before the first check. `before` and `after`: before or
 * after the action is executed, once the API gateway's checks have passed.
 */
export type FaultMoment = "arrival" | "before" | "after";

/** Fault effects and the moments at which they can be applied. The first moment is the default. */
export const FAULT_MOMENTS = {
  /** Error response with `code`. `httpStatus` and `message` override those of the code. */
  error: ["before", "after"],
  /** Waits `ms`, then continues normally. Advancing the clock shortens the wait. */
  delay: ["before", "after"],
  /** Resets the connection (TCP RST). */
  reset: ["before", "after"],
  /** Sends all headers and half of the body, then closes the connection. */
  cutBody: ["before", "after"],
  /** 200 with truncated JSON and a matching content-length. */
  badJson: ["before", "after"],
  /** 502 with an HTML page, as a proxy sends. */
  html: ["before", "after"],
  /** 200 with an empty body. */
  empty: ["before", "after"],
  /** 500 with a JSON body without Code. */
  noCode: ["before", "after"],
  /** 200 with `{}`. */
  emptyObject: ["before", "after"],
  /** Sends no response and keeps the connection open. */
  hang: ["before", "after"],
  /** 200 with a JSON body of about `bytes` bytes. */
  huge: ["before", "after"],
  /** Like `huge`, but gzip-encoded, so that few bytes are transferred. */
  gzipBomb: ["before", "after"],
  /** 503 ServiceUnavailable in the vendor's error format. */
  status503: ["before", "after"],
  /** 400 Throttling.User with x-acs-retry-after set to `ms`. The action is not executed. */
  throttle: ["before"],
  /** Normal response, but each property has another type. */
  wrongShape: ["after"],
  /** Normal response in chunks of `bytes` bytes, with a pause of `ms` between them. */
  trickle: ["after"],
  /** Normal response, gzip-encoded regardless of Accept-Encoding. */
  gzip: ["after"],
  /** Normal response with an additional `__proto__` property. */
  protoKey: ["after"],
  /** Normal response with the id of another contact. */
  wrongId: ["after"],
  /** Normal response without content-length. The connection closes `ms` later. */
  slowClose: ["after"],
  /** Normal response as XML, regardless of the requested format. */
  xml: ["after"],
  /** Shifts the clock by `ms` for the timestamp check and the Date header of this call. */
  clockSkew: ["arrival"],
  /**
   * A list repeats the last row of the previous page, on every page but the first, as when a
   * row is added between two calls.
   */
  repeatRow: ["before"],
  /** A list skips a row, on every page but the first, as when a row is removed between calls. */
  skipRow: ["before"],
  /** Resets a kept-alive connection on its second or a later call. */
  resetOnReuse: ["arrival"],
} as const satisfies Record<string, readonly [FaultMoment, ...FaultMoment[]]>;

export type FaultEffect = keyof typeof FAULT_MOMENTS;

export const FAULT_EFFECTS = Object.keys(FAULT_MOMENTS) as FaultEffect[];

/** Parameters of a fault. Each effect uses only some of them. */
export interface FaultParameters {
  /** Milliseconds. */
  readonly ms: number;
  readonly bytes: number;
  readonly code: string;
  /** Default: that of `code`. */
  readonly httpStatus?: number;
  /** Default: that of `code`. */
  readonly message?: string;
}

const BASE_PARAMETERS: FaultParameters = {
  ms: 0,
  bytes: 0,
  code: "InternalError",
};
const MIB = 1024 * 1024;

/** Default parameters of each effect. The emulator's choice. */
export const DEFAULT_PARAMETERS: Record<FaultEffect, FaultParameters> = {
  error: BASE_PARAMETERS,
  delay: { ...BASE_PARAMETERS, ms: 1_000 },
  reset: BASE_PARAMETERS,
  cutBody: BASE_PARAMETERS,
  badJson: BASE_PARAMETERS,
  html: BASE_PARAMETERS,
  empty: BASE_PARAMETERS,
  noCode: BASE_PARAMETERS,
  emptyObject: BASE_PARAMETERS,
  hang: BASE_PARAMETERS,
  huge: { ...BASE_PARAMETERS, bytes: 12 * MIB },
  gzipBomb: { ...BASE_PARAMETERS, bytes: 64 * MIB },
  status503: { ...BASE_PARAMETERS, code: "ServiceUnavailable" },
  throttle: { ...BASE_PARAMETERS, code: "Throttling.User", ms: 1_000 },
  wrongShape: BASE_PARAMETERS,
  trickle: { ...BASE_PARAMETERS, bytes: 1, ms: 100 },
  gzip: BASE_PARAMETERS,
  protoKey: BASE_PARAMETERS,
  wrongId: BASE_PARAMETERS,
  slowClose: { ...BASE_PARAMETERS, ms: 10_000 },
  xml: BASE_PARAMETERS,
  repeatRow: BASE_PARAMETERS,
  skipRow: BASE_PARAMETERS,
  clockSkew: { ...BASE_PARAMETERS, ms: 20 * 60_000 },
  resetOnReuse: BASE_PARAMETERS,
};
