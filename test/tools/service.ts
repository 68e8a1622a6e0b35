import { randomUUID } from "node:crypto";
import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./generated/openapi.js";

type Schemas = components["schemas"];
export type NewContact = Schemas["AddMessageContactInput"];
export type Contact = Schemas["MessageContact"];
export type Problem = Schemas["Problem"];

/** An error response of the gateway; `problem.code` is one of a closed list. */
export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(`${problem.code}: ${problem.title}`);
    this.name = "ProblemError";
  }
}

/** A client of the gateway. The compiler checks its routes, bodies and responses. */
export function contactsClient(baseUrl: string, apiKey: string): Client<paths> {
  return createClient<paths>({
    baseUrl,
    headers: { authorization: `Bearer ${apiKey}` },
    // The gateway expects lists as a repeated parameter.
    querySerializer: { array: { style: "form", explode: true } },
  });
}

/**
 * Adds a contact, requests the verification of its address, and binds it to the targets.
 * After a lost response, call it again with the same key: nothing is done twice.
 */
export async function onboard(
  client: Client<paths>,
  contact: NewContact,
  targetIds: readonly string[],
  key: string = randomUUID(),
): Promise<Contact> {
  const { id } = found(
    await client.POST("/v1/message-contacts", {
      params: { header: { "Idempotency-Key": `${key}-add` } },
      body: contact,
    }),
  );
  found(
    await client.POST("/v1/message-contacts/{id}/verifications/email", {
      params: { path: { id }, header: { "Idempotency-Key": `${key}-verify` } },
      body: { emailAddress: contact.emailAddress },
    }),
  );
  found(
    await client.POST("/v1/message-contacts/{id}/bindings", {
      params: { path: { id }, header: { "Idempotency-Key": `${key}-bind` } },
      body: { targetIds: [...targetIds] },
    }),
  );
  return found(
    await client.GET("/v1/message-contacts/{id}", { params: { path: { id } } }),
  );
}

/** Returns the data of a response, or throws its problem. */
export function found<T>(answer: { data?: T; error?: Problem }): T {
  if (answer.error !== undefined) throw new ProblemError(answer.error);
  if (answer.data === undefined) throw new Error("the answer has no body");
  return answer.data;
}
