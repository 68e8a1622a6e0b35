import { z } from "zod";

const PLAN = z.looseObject({
  isEmpty: z.boolean(),
  changes: z.array(
    z.looseObject({
      kind: z.string(),
      name: z.string(),
      fields: z.array(
        z.looseObject({
          field: z.string(),
          before: z.array(z.string()),
          after: z.array(z.string()),
        }),
      ),
      targetIds: z.array(z.string()),
    }),
  ),
  problems: z.array(
    z.looseObject({ message: z.string(), line: z.number().nullable() }),
  ),
});

/** A plan, as far as the command reads it. */
export type PlanAnswer = z.infer<typeof PLAN>;

const RESULTS = z.looseObject({
  results: z.array(
    z.looseObject({
      kind: z.string(),
      contactId: z.string().nullable(),
      name: z.string().nullable(),
      status: z.enum(["DONE", "FAILED", "NOT_ATTEMPTED"]),
      problem: z
        .looseObject({ title: z.string(), code: z.string() })
        .nullable(),
    }),
  ),
});

/** Results of a plan, as far as the command reads them. */
export type ResultsAnswer = z.infer<typeof RESULTS>;

const COVERAGE = z.looseObject({
  items: z.array(
    z.looseObject({
      accountId: z.string(),
      accountName: z.string(),
      messageTypes: z.array(
        z.looseObject({
          messageType: z.string(),
          gap: z.string().nullable(),
        }),
      ),
    }),
  ),
  totalCount: z.number(),
  hasNextPage: z.boolean(),
  summary: z.looseObject({
    accounts: z.number(),
    accountsWithGaps: z.number(),
  }),
});

/** One page of a coverage report, as far as the command reads it. */
export type CoverageAnswer = z.infer<typeof COVERAGE>;

/** Only what is printed: `contact` has addresses as well. */
const PENDING = z.object({
  totalCount: z.number(),
  items: z.array(
    z.object({
      contactId: z.string(),
      channel: z.string(),
      target: z.string(),
      firstSeenAt: z.string(),
      lastSentAt: z.string().nullable(),
      unreceivedMessageTypes: z.array(z.string()),
      contact: z.object({ name: z.string() }),
    }),
  ),
});

/** One pending verification, with the name of its contact. */
export interface PendingItem extends Omit<
  z.infer<typeof PENDING>["items"][number],
  "contact" | "target" | "firstSeenAt"
> {
  readonly name: string;
  /** Null when it is unknown. */
  readonly firstSeenAt: string | null;
  /** The address or number; absent unless it is to be printed. */
  readonly target?: string;
}

const DELETION = z.looseObject({
  state: z.string(),
  advice: z.string().nullable(),
  failures: z.array(
    z.looseObject({
      accountId: z.string(),
      messageTypes: z.array(z.string()),
    }),
  ),
  problem: z.looseObject({ code: z.string(), message: z.string() }).nullable(),
});

/** A state of a deletion, as far as the command reads it. */
export type DeletionAnswer = z.infer<typeof DELETION>;

const PARSERS = {
  plan: PLAN,
  results: RESULTS,
  coverage: COVERAGE,
  pending: PENDING,
  deletion: DELETION,
};

/**
 * Reads a response of the gateway.
 *
 * @throws {Error} when the gateway is of another version
 */
export function parseAnswer<K extends keyof typeof PARSERS>(
  kind: K,
  text: string,
): z.infer<(typeof PARSERS)[K]> {
  const parsed = PARSERS[kind].safeParse(parseJson(text));
  if (parsed.success) return parsed.data as z.infer<(typeof PARSERS)[K]>;
  throw new Error("The gateway's response is not of this version.");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

const PERSONAL = new Set(["EMAIL_ADDRESS", "PHONE_NUMBER"]);

/** A plan without addresses and numbers. */
export function withoutPersonalData(plan: PlanAnswer): PlanAnswer {
  return {
    ...plan,
    changes: plan.changes.map((change) => ({
      ...change,
      fields: change.fields.map((field) =>
        PERSONAL.has(field.field) ? { ...field, before: [], after: [] } : field,
      ),
    })),
  };
}
