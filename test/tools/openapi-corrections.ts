/**
 * Differences to the last release in which the document follows what the server already
 * did: it rejected these values before, or never sent them. They break no client.
 *
 * Empty this list when the baseline is renewed; an entry without a difference is an error.
 */
const CORRECTIONS: readonly RegExp[] = [
  / path id has another pattern$/,
  / header X-Resource-Directory has another pattern$/,
  / query (?:boundTo|targetId\[\]) has another pattern$/,
  / body\.targetIds\[\] has another pattern$/,
  / body\.(?:inputs\[\]\.)?(?:contactId|name|emailAddress|phoneNumber) has another pattern$/,
  / body\.(?:inputs\[\]\.)?emailAddress has a lower maxLength$/,
  / body\.(?:inputs\[\]\.)?messageTypes has a lower maxItems$/,
  / body(?:\.inputs\[\])? has a higher minProperties$/,
  / (?:body\.targetIds|query targetId) requires unique items$/,
  / query pageNumber has a lower maximum$/,
  / query (?:pageNumber|pageSize) has another format$/,
  / body\.(?:inputs\[\]\.)?title may no longer be #\/components\/schemas\/ContactTitle$/,
  / body\.(?:inputs\[\]\.)?messageTypes\[\] has no UNRECOGNISED any more$/,
  /^POST \/v1\/message-contacts 201 may now be #\/components\/schemas\/AddedMessageContact$/,
  / 200\.createdAt is gone$/,
];

/** Changes that are not corrections of the document. */
export function withoutCorrections(changes: readonly string[]): string[] {
  return changes.filter(
    (change) => !CORRECTIONS.some((correction) => correction.test(change)),
  );
}

/** Corrections that no change needs. */
export function unneededCorrections(changes: readonly string[]): string[] {
  return CORRECTIONS.filter(
    (correction) => !changes.some((change) => correction.test(change)),
  ).map(String);
}
