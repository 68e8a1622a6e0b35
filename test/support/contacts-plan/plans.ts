import type { Running } from "../running.js";

/** A plan, as both APIs return it. */
export interface Plan {
  readonly digest: string;
  readonly isEmpty: boolean;
  readonly changes: readonly {
    readonly kind: string;
    readonly name: string;
    readonly fields: readonly object[];
    readonly targetIds: readonly string[];
    readonly verifications: readonly string[];
  }[];
  readonly waiting: readonly object[];
  readonly quota: object;
  readonly problems: readonly { readonly code: string }[];
}

/** Result of an application, in one form for both APIs. */
export interface Applied {
  /** Error of the whole request; null when there are results. */
  readonly code: string | null;
  readonly fields: readonly string[];
  readonly isComplete: boolean;
  readonly results: readonly {
    readonly kind: string;
    readonly status: string;
    readonly code: string | null;
  }[];
  readonly plan: Plan | null;
}

interface PlanApi {
  readonly plan: (running: Running, input: object) => Promise<Plan>;
  /** @param digest null plans first and applies that plan */
  readonly apply: (
    running: Running,
    input: object,
    digest: string | null,
    key?: string,
  ) => Promise<Applied>;
}

interface Coded {
  readonly code: string;
  readonly field?: readonly string[] | null;
}

export const PLAN_APIS = ["GraphQL", "REST"] as const;

/** Plans and applies over one of the APIs. */
export function planOver(api: (typeof PLAN_APIS)[number]): PlanApi {
  return api === "REST" ? OVER_REST : OVER_GRAPHQL;
}

async function post(
  { gateway }: Running,
  path: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${gateway.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as Record<string, unknown>;
  return { status: response.status, body: answer };
}

const keyed = (key: string | undefined): Record<string, string> =>
  key === undefined ? {} : { "idempotency-key": key };

const pathsOf = (errors: readonly Coded[]): string[] =>
  errors.map(({ field }) => (field ?? []).join("."));

const OVER_REST: PlanApi = {
  async plan(running, input) {
    const { status, body } = await post(running, "/v1/plan", input);
    if (status !== 200) throw new Error(JSON.stringify(body));
    return body as unknown as Plan;
  },
  async apply(running, input, digest, key) {
    const { status, body } = await post(running, "/v1/apply", input, {
      "if-match": digest === null ? "*" : `"${digest}"`,
      ...keyed(key),
    });
    const results = (body["results"] ?? []) as {
      kind: string;
      status: string;
      problem: Coded | null;
    }[];
    if (status === 412 && body["plan"] === undefined) {
      throw new Error("412 without a plan");
    }
    return {
      code: (body["code"] ?? null) as string | null,
      fields: pathsOf((body["errors"] ?? []) as Coded[]),
      isComplete: status === 200,
      results: results.map(({ problem, ...result }) => ({
        ...result,
        code: problem?.code ?? null,
      })),
      plan: (body["plan"] ?? null) as Plan | null,
    };
  },
};

const PLAN = `digest isEmpty
  changes { kind contactId name fields { field before after } targetIds verifications }
  waiting { contactId name channels }
  quota { contactsNow contactsAfter contactsPeak contactsLimit targetsPerContactLimit }
  problems { code message field line }`;

const OVER_GRAPHQL: PlanApi = {
  async plan(running, input) {
    const query = `query ($input: ContactsPlanInput!) { contactsPlan(input: $input) { ${PLAN} } }`;
    const { body } = await post(running, "/graphql", {
      query,
      variables: { input },
    });
    const { contactsPlan } = (body["data"] ?? {}) as { contactsPlan?: Plan };
    if (contactsPlan == null) throw new Error(JSON.stringify(body));
    return contactsPlan;
  },
  async apply(running, input, digest, key) {
    const query = `mutation ($input: ContactsPlanInput!, $digest: String!) {
      applyContactsPlan(input: $input, digest: $digest) {
        isComplete results { kind name contactId targetIds status errors { code } }
        plan { ${PLAN} } errors { code field }
      }
    }`;
    const known = digest ?? (await OVER_GRAPHQL.plan(running, input)).digest;
    const { body } = await post(
      running,
      "/graphql",
      { query, variables: { input, digest: known } },
      keyed(key),
    );
    const { applyContactsPlan: payload } = body["data"] as {
      applyContactsPlan: {
        isComplete: boolean;
        results: { kind: string; status: string; errors: Coded[] }[];
        plan: Plan | null;
        errors: Coded[];
      } | null;
    };
    const [top] = (body["errors"] ?? []) as { extensions: Coded }[];
    const results = payload?.results ?? [];
    return {
      code:
        results.length > 0
          ? null
          : (payload?.errors[0]?.code ?? top?.extensions.code ?? null),
      fields: pathsOf(payload?.errors ?? []),
      isComplete: payload?.isComplete ?? false,
      results: results.map(({ errors, ...result }) => ({
        ...result,
        code: errors[0]?.code ?? null,
      })),
      plan: payload?.plan ?? null,
    };
  },
};

/** Sends a file to `POST /v1/import`. */
export async function fileOf(
  { gateway }: Running,
  file: string,
  type: string,
  query = "",
): Promise<{
  status: number;
  body: Record<string, unknown>;
  headers: Headers;
}> {
  const response = await fetch(`${gateway.url}/v1/import?${query}`, {
    method: "POST",
    headers: { "content-type": type },
    body: file,
  });
  const body = (await response.json()) as Record<string, unknown>;
  return { status: response.status, body, headers: response.headers };
}
