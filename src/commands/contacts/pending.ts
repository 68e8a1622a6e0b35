import { UsageError, type Options } from "../cli/command-line.js";
import type { Action } from "./action.js";
import { parseAnswer } from "./answers.js";
import { pendingText } from "./texts.js";

/** Exit code of `--fail-on-pending` while something is pending. */
const PENDING = 2;

const SECONDS: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: 3_600,
  d: 86_400,
  w: 604_800,
};

/** Prints what the directory still has to verify, without targets by default. */
export const pending: Action = async ({
  client,
  isDirect,
  options,
  out,
  progress,
}) => {
  const query = new URLSearchParams(queryOf(options));
  // The gateway has just started, so nothing would ever be old.
  if (isDirect && options["older"] !== undefined) {
    throw new Error(
      "--older requires a running gateway (GATEWAY_URL): the vendor does not report since when a verification is pending.",
    );
  }
  progress.show("Reading pending verifications");
  const path = `/v1/pending-verifications?${query.toString()}`;
  const { text } = await client.send("GET", path);
  const { totalCount, items } = parseAnswer("pending", text);
  const shown = items.map(({ contact, target, ...item }) => ({
    ...item,
    ...(isDirect ? { firstSeenAt: null, lastSentAt: null } : {}),
    name: contact.name,
    ...(options["personal"] === true ? { target } : {}),
  }));
  out(
    options["json"] === true
      ? `${JSON.stringify({ totalCount, items: shown })}\n`
      : pendingText(shown),
  );
  const isFailure = options["fail-on-pending"] === true && totalCount > 0;
  return isFailure ? PENDING : 0;
};

function queryOf({ older, channel }: Options): Record<string, string> {
  return {
    ...(channel === undefined ? {} : { channel: String(channel) }),
    ...(older === undefined
      ? {}
      : { olderThanSeconds: String(secondsIn(String(older))) }),
  };
}

/** Seconds of an age such as `90s`, `30m`, `12h`, `7d` or `2w`. */
function secondsIn(age: string): number {
  const [, count, unit = ""] = /^(\d{1,9})([smhdw])$/.exec(age) ?? [];
  if (count === undefined) {
    throw new UsageError(
      "--older must be a number and a unit (s, m, h, d or w), such as 7d.",
      "contacts",
    );
  }
  return Number(count) * (SECONDS[unit] ?? 1);
}
