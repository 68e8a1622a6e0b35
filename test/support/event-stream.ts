/** One event of a stream; a comment is an event without fields. */
export interface ReceivedEvent {
  readonly id?: string;
  readonly event?: string;
  readonly data?: string;
}

/** An open event stream, read event by event. */
export class EventReader {
  private text = "";
  private readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  private readonly decoder = new TextDecoder();

  constructor(readonly response: Response) {
    if (response.body === null) throw new Error("there is no stream");
    this.reader =
      response.body.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  }

  /** Next event that is not a comment or a setting; null at the end. */
  async next(): Promise<ReceivedEvent | null> {
    for (;;) {
      const end = this.text.indexOf("\n\n");
      if (end >= 0) {
        const block = this.text.slice(0, end);
        this.text = this.text.slice(end + 2);
        const event = parsed(block);
        if (event !== null) return event;
        continue;
      }
      const { done, value } = await this.reader.read();
      if (done) return null;
      this.text += this.decoder.decode(value, { stream: true });
    }
  }

  async rest(): Promise<ReceivedEvent[]> {
    const events: ReceivedEvent[] = [];
    for (let event = await this.next(); event; event = await this.next()) {
      events.push(event);
    }
    return events;
  }

  async leave(): Promise<void> {
    await this.reader.cancel();
  }
}

function parsed(block: string): ReceivedEvent | null {
  const fields: Record<string, string> = {};
  for (const line of block.split("\n")) {
    const at = line.indexOf(":");
    if (at <= 0) continue;
    fields[line.slice(0, at)] = line.slice(at + 1).replace(/^ /, "");
  }
  return "data" in fields ? fields : null;
}
