import { setTimeout as wait } from "node:timers/promises";
import { UsageError, type Options } from "../cli/command-line.js";
import type { Action } from "./action.js";
import { parseAnswer, type DeletionAnswer } from "./answers.js";
import { messageOf } from "./gateway-client.js";
import { readEvents } from "./read-events.js";
import { deletionText } from "./texts.js";

/** Time until a lost stream is opened again, in milliseconds. */
const RECONNECT_MS = 1_000;

/**
 * Prints each state of a deletion until a final one. A lost stream is opened again; the
 * gateway then sends only states that differ from the last one.
 *
 * Resolves with 0 if the contact was deleted, otherwise with 1.
 */
export const watchDeletion: Action = async ({
  client,
  options,
  argument: id,
  out,
  progress,
}) => {
  if (id === undefined) {
    throw new UsageError("The ID of the contact is missing.", "contacts");
  }
  const path = `/v1/message-contacts/${encodeURIComponent(id)}/deletion/events`;
  let last: DeletionAnswer | undefined;
  let lastId: string | undefined;
  progress.show("Waiting for the deletion to finish");
  for (;;) {
    const response = await client.open(
      "GET",
      path,
      undefined,
      lastId === undefined ? {} : { "last-event-id": lastId },
    );
    // The last state is final.
    if (response.status === 204) return exitCodeOf(last);
    for await (const { id: eventId, event, data } of readEvents(response)) {
      if (event === "complete") return exitCodeOf(last);
      if (event === "problem") throw new Error(messageOf(401, data));
      lastId = eventId ?? lastId;
      last = parseAnswer("deletion", data);
      out(shown(last, options));
    }
    await wait(RECONNECT_MS);
  }
};

function exitCodeOf(last: DeletionAnswer | undefined): number {
  return last?.state === "DELETED" ? 0 : 1;
}

function shown(deletion: DeletionAnswer, { json }: Options): string {
  return json === true
    ? `${JSON.stringify(deletion)}\n`
    : deletionText(deletion);
}
