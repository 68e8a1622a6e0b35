import type { Running } from "./running.js";

/** One entry of `errors[]`. */
export interface TopLevelError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: {
    readonly code: string;
    readonly retryAfterSeconds?: number;
  };
}

export interface GraphqlAnswer<D> {
  readonly data: D;
  readonly errors?: readonly TopLevelError[];
}

/** Sends one document to a gateway. */
export async function graphql<D = Record<string, unknown>>(
  { gateway }: Pick<Running, "gateway">,
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<GraphqlAnswer<D>> {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as GraphqlAnswer<D>;
}

/** Vendor actions that were called during `work`, in order of arrival. */
export async function actionsOf(
  { emulator }: Pick<Running, "emulator">,
  work: () => Promise<unknown>,
): Promise<string[]> {
  emulator.control.clearCalls();
  await work();
  return emulator.control.calls().map(({ action }) => action ?? "none");
}
