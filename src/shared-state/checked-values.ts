import { z } from "zod";
import { ErrorCode } from "../errors/error-codes.js";

/*
 * Schemas for values read from Redis. They may come from another version of this
 * program, or from anyone else who can write to Redis.
 */

export const errorCode = z.enum(ErrorCode);

/** A timestamp in UTC with milliseconds, as `Date.toISOString` writes it. */
export const timestamp = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  .refine((text) => !Number.isNaN(Date.parse(text)));

/** A text with at least one character. */
export const shortText = (maxLength: number): z.ZodString =>
  z.string().min(1).max(maxLength);

/** Parses JSON and checks it; null if the text is not JSON or does not match. */
export function parseJson<T>(text: string, schema: z.ZodType<T>): T | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  return schema.safeParse(value).data ?? null;
}
