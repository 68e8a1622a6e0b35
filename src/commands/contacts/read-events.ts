/** A server-sent event with data. */
export interface ServerEvent {
  readonly id: string | undefined;
  /** `message` by default. */
  readonly event: string;
  readonly data: string;
}

/**
 * Yields the events of a stream of the gateway, which ends its lines with LF. Ends
 * without an error when the connection ends, so that the caller can reconnect.
 */
export async function* readEvents(
  response: Response,
): AsyncGenerator<ServerEvent, undefined, undefined> {
  const decoder = new TextDecoder();
  let text = "";
  try {
    const chunks = (response.body ?? []) as AsyncIterable<Uint8Array>;
    for await (const chunk of chunks) {
      text += decoder.decode(chunk, { stream: true });
      const blocks = text.split("\n\n");
      text = blocks.pop() ?? "";
      for (const block of blocks) {
        const event = eventIn(block);
        if (event !== null) yield event;
      }
    }
  } catch {
    // The connection was lost.
  }
  return undefined;
}

/** Null for a comment or a setting. */
function eventIn(block: string): ServerEvent | null {
  const fields = new Map<string, string>();
  for (const line of block.split("\n")) {
    const [name = "", ...value] = line.split(":");
    fields.set(name, value.join(":").trimStart());
  }
  const data = fields.get("data");
  if (data === undefined) return null;
  return {
    id: fields.get("id"),
    event: fields.get("event") ?? "message",
    data,
  };
}
