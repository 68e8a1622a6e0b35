import type { IncomingMessage } from "node:http";
import { genericInvalidParameter } from "./rpc-errors.js";

/** Maximum body size of the RPC endpoint. The emulator's choice. */
export const MAX_BODY_BYTES = 1024 * 1024;

/**
 * The parameters of one call, by their vendor names.
 *
 * An empty value counts as absent, because the vendor's service reports it as missing.
 */
export class RpcParams {
  constructor(private readonly values: ReadonlyMap<string, string>) {}

  /** All names and values as sent, in any order. */
  entries(): [string, string][] {
    return [...this.values];
  }

  text(name: string): string | undefined {
    return this.values.get(name) || undefined;
  }

  /**
   * Returns the values of a flattened array (`MessageTypes.1`, `MessageTypes.2`, …) by
   * ascending index, or undefined when it is absent or all values are empty. Like the vendor
   * (metadata style "flat"), it does not parse JSON or comma-separated lists.
   */
  list(name: string): string[] | undefined {
    const indexed: { index: number; value: string }[] = [];
    for (const [key, value] of this.values) {
      if (!key.startsWith(`${name}.`)) continue;
      const suffix = key.slice(name.length + 1);
      if (/^[1-9]\d{0,5}$/.test(suffix)) {
        indexed.push({ index: Number(suffix), value });
      }
    }
    if (indexed.every(({ value }) => value === "")) return undefined;
    return indexed
      .sort((left, right) => left.index - right.index)
      .map(({ value }) => value);
  }

  /**
   * Returns the values of a flattened array of objects (`Tag.1.Key`, `Tag.1.Value`, …) by
   * ascending index. Items without a value are left out.
   */
  records(
    name: string,
    members: readonly string[],
  ): Readonly<Record<string, string | undefined>>[] {
    const indexes = new Set<number>();
    for (const key of this.values.keys()) {
      const [own, index = "", member = ""] = key.split(".");
      const isItem = own === name && /^[1-9]\d{0,5}$/.test(index);
      if (isItem && members.includes(member)) indexes.add(Number(index));
    }
    return [...indexes]
      .sort((left, right) => left - right)
      .map((index) =>
        Object.fromEntries(
          members.map((member) => [
            member,
            this.text(`${name}.${index}.${member}`),
          ]),
        ),
      )
      .filter((item) => Object.values(item).some((one) => one !== undefined));
  }

  /** The value as an int32: undefined when absent, NaN when it is not an int32. */
  integer(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = /^-?\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    return value === (value | 0) ? value : Number.NaN;
  }

  /** Whether the parameter was sent, even with an empty value. */
  has(name: string): boolean {
    return this.values.has(name);
  }

  /** The value as a boolean: undefined when it is neither `true` nor `false`. */
  flag(name: string): boolean | undefined {
    const text = this.text(name);
    if (text === "true") return true;
    if (text === "false") return false;
    return undefined;
  }
}

/**
 * Merges query and form body. On a duplicate name, the value of the body is used.
 *
 * @throws {RpcError} when the body is not a form or is too large
 */
export function mergeParams(
  query: URLSearchParams,
  body: Buffer | "too large",
  contentType: string | undefined,
): RpcParams {
  if (body === "too large") throw genericInvalidParameter("body");
  const values = new Map<string, string>(query);
  if (body.length > 0) {
    const mediaType = contentType?.split(";")[0]?.trim().toLowerCase();
    if (mediaType !== "application/x-www-form-urlencoded") {
      throw genericInvalidParameter("Content-Type");
    }
    for (const [name, value] of new URLSearchParams(body.toString("utf8"))) {
      values.set(name, value);
    }
  }
  return new RpcParams(values);
}

/** Reads a body. Beyond `limit` bytes, it drains the rest without buffering it. */
export async function readBody(
  request: IncomingMessage,
  limit = MAX_BODY_BYTES,
): Promise<Buffer | "too large"> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
  }
  return size > limit ? "too large" : Buffer.concat(chunks);
}
