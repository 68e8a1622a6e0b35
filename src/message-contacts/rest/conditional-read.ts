/** Request headers of every read. */
export const CONDITIONAL = ["If-None-Match", "Cache-Control"] as const;

/** Response to a conditional read. */
export const NOT_MODIFIED = {
  status: 304,
  description: "The response has one of the ETags in `If-None-Match`.",
  headers: ["ETag", "Age"],
} as const;
