/**
 * When an effect can happen. `arrival` is before the first check; `before` and `after` are
 * on either side of carrying the action out, once the API gateway's checks have passed.
 */
export type FaultMoment = "arrival" | "before" | "after";

/** Each effect with the moments it can have; the first is taken when none is named. */
export const FAULT_MOMENTS = {
  /** An error body with `code`, and `httpStatus` and `message` if they are to differ. */
  error: ["before", "after"],
  /** Waits `ms`, then goes on as usual; ends early when the clock is advanced that far. */
  delay: ["before", "after"],
  /** Resets the connection (RST). */
  reset: ["before", "after"],
  /** All headers, half of the body, then the connection closes. */
  cutBody: ["before", "after"],
  /** 200 with half of a JSON text and a fitting length. */
  badJson: ["before", "after"],
  /** 502 with a page, as a proxy answers. */
  html: ["before", "after"],
  /** 200 without a body. */
  empty: ["before", "after"],
  /** 500 with JSON that has no Code. */
  noCode: ["before", "after"],
  /** 200 with `{}`. */
  emptyObject: ["before", "after"],
  /** Never answers. */
  hang: ["before", "after"],
  /** 200 with a JSON text of `bytes`. */
  huge: ["before", "after"],
  /** As huge, but gzip-encoded and small on the wire. */
  gzipBomb: ["before", "after"],
  /** 503 ServiceUnavailable with the usual five members. */
  status503: ["before", "after"],
  /** 400 Throttling.User with x-acs-retry-after of `ms`; never carried out. */
  throttle: ["before"],
  /** The right answer with each member of another type. */
  wrongShape: ["after"],
  /** The right answer, `bytes` at a time, `ms` apart. */
  trickle: ["after"],
  /** The right answer gzip-encoded, asked for or not. */
  gzip: ["after"],
  /** The right answer with a `__proto__` member. */
  protoKey: ["after"],
  /** The right answer about another contact. */
  wrongId: ["after"],
  /** The right answer without a length, ended by the connection's close `ms` later. */
  slowClose: ["after"],
  /** The right answer as XML, whatever was asked for. */
  xml: ["after"],
  /** The vendor's clock is off by `ms` for this call: time stamp window and Date header. */
  clockSkew: ["arrival"],
  /** Resets a kept-alive connection when it brings another call; a first call passes. */
  resetOnReuse: ["arrival"],
} as const satisfies Record<string, readonly [FaultMoment, ...FaultMoment[]]>;

export type FaultEffect = keyof typeof FAULT_MOMENTS;

export const FAULT_EFFECTS = Object.keys(FAULT_MOMENTS) as FaultEffect[];

/** Figures and texts of an effect; which of them count depends on the effect. */
export interface FaultFigures {
  /** Milliseconds. */
  readonly ms: number;
  readonly bytes: number;
  readonly code: string;
  /** Of the code when left out. */
  readonly httpStatus?: number;
  /** Of the code when left out. */
  readonly message?: string;
}

const NO_FIGURES: FaultFigures = { ms: 0, bytes: 0, code: "InternalError" };
const MIB = 1024 * 1024;

/** All of them choices of the emulator. */
export const DEFAULT_FIGURES: Record<FaultEffect, FaultFigures> = {
  error: NO_FIGURES,
  delay: { ...NO_FIGURES, ms: 1_000 },
  reset: NO_FIGURES,
  cutBody: NO_FIGURES,
  badJson: NO_FIGURES,
  html: NO_FIGURES,
  empty: NO_FIGURES,
  noCode: NO_FIGURES,
  emptyObject: NO_FIGURES,
  hang: NO_FIGURES,
  huge: { ...NO_FIGURES, bytes: 12 * MIB },
  gzipBomb: { ...NO_FIGURES, bytes: 64 * MIB },
  status503: { ...NO_FIGURES, code: "ServiceUnavailable" },
  throttle: { ...NO_FIGURES, code: "Throttling.User", ms: 1_000 },
  wrongShape: NO_FIGURES,
  trickle: { ...NO_FIGURES, bytes: 1, ms: 100 },
  gzip: NO_FIGURES,
  protoKey: NO_FIGURES,
  wrongId: NO_FIGURES,
  slowClose: { ...NO_FIGURES, ms: 10_000 },
  xml: NO_FIGURES,
  clockSkew: { ...NO_FIGURES, ms: 20 * 60_000 },
  resetOnReuse: NO_FIGURES,
};
