import { TOM } from "./emulator-fixture.js";
import { ReadHistory } from "./read-history.js";

const endOfTurn = (): Promise<void> =>
  new Promise((resolve) => void setImmediate(resolve));

/** A name for each number, because names consist of letters. */
const nameOf = (n: number): string =>
  `name${String.fromCharCode(97 + (Math.floor(n / 26) % 26), 97 + (n % 26))}`;

const READS: readonly string[] = [
  `{ contact: messageContact(id: "${TOM}") { name } }`,
  `{ messageContacts(pageSize: 100) { items { id name } } }`,
  `{ contact: messageContact(id: "${TOM}") { name pendingVerifications { target } } other: messageContact(id: "c-p0SgA2eH6iUzD9Fm") { name } }`,
];

interface ReadBody {
  readonly data: {
    readonly contact?: { readonly name: string };
    readonly messageContacts?: {
      readonly items: readonly { readonly id: string; readonly name: string }[];
    };
  };
  readonly extensions: { readonly cost: { readonly ageMs: number } };
}

/** URLs of gateways in front of one vendor. */
export interface HistoryGateways {
  /** Replicas of one gateway: all are read, and in turns written. */
  readonly replicas: readonly string[];
  /** Another gateway, which does not know the replicas. */
  readonly elsewhere?: string;
}

/** Result of `readWhileChanging`. */
export interface HistoryResult {
  readonly violations: readonly string[];
  readonly reads: number;
  /** Reads that contained data from a cache or from an earlier call. */
  readonly aged: number;
}

/** Reads one contact concurrently in several ways while it is changed `changes` times. */
export async function readWhileChanging(
  { replicas, elsewhere }: HistoryGateways,
  changes: number,
): Promise<HistoryResult> {
  const history = new ReadHistory("tom");
  let isOver = false;
  let reads = 0;
  let aged = 0;
  const readOnce = async (url: string, query: string): Promise<void> => {
    const startedAtMs = performance.now();
    const response = await post(url, query, {});
    const { data, extensions } = (await response.json()) as ReadBody;
    const name =
      data.contact?.name ??
      data.messageContacts?.items.find(({ id }) => id === TOM)?.name ??
      "";
    const { ageMs } = extensions.cost;
    history.check(name, {
      startedAtMs,
      endedAtMs: performance.now(),
      ageMs,
    });
    reads += 1;
    if (ageMs > 0) aged += 1;
  };
  const readers = replicas.flatMap((url) =>
    READS.map(async (query) => {
      while (!isOver) await readOnce(url, query);
    }),
  );
  const changed = (async (): Promise<void> => {
    for (let n = 0; n < changes; n += 1) {
      const isElsewhere = elsewhere !== undefined && n % 3 === 2;
      const url = isElsewhere ? elsewhere : replicas[n % replicas.length];
      await history.change(nameOf(n), !isElsewhere, () =>
        rename(url ?? "", nameOf(n)),
      );
      // The first reads fill the caches, and the next ones use them.
      const before = reads;
      while (reads < before + 8 * replicas.length) await endOfTurn();
    }
  })();
  await changed.finally(() => {
    isOver = true;
  });
  await Promise.all(readers);
  return { violations: history.violations, reads, aged };
}

async function rename(url: string, name: string): Promise<void> {
  const query =
    "mutation ($input: UpdateMessageContactInput!) { updateMessageContact(input: $input) { errors { code } } }";
  const response = await post(url, query, {
    input: { contactId: TOM, name },
  });
  const { data } = (await response.json()) as {
    data: { updateMessageContact: { errors: unknown[] } };
  };
  if (data.updateMessageContact.errors.length > 0) {
    throw new Error(JSON.stringify(data));
  }
}

function post(
  url: string,
  query: string,
  variables: object,
): Promise<Response> {
  return fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-cost": "1" },
    body: JSON.stringify({ query, variables }),
  });
}
