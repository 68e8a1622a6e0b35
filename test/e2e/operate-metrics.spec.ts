import { afterEach, expect, test } from "@jest/globals";
import { TOM, VALID_INPUTS } from "../support/calls.js";
import { APIS, GRAPHQL, REST } from "../support/apis.js";
import { scraped } from "../support/metrics.js";
import { startBoth, type Running } from "../support/running.js";

let running: Running;
afterEach(() => running.stop());

const P = "message_contacts_";

test.each(APIS)(
  "counts requests of $name by operation and code",
  async (api) => {
    running = await startBoth();
    const { gateway } = running;
    await api.call(gateway.url, "getMessageContact", { contactId: TOM });
    await api.call(gateway.url, "updateMessageContact", {
      contactId: TOM,
      name: "jerry",
    });
    await api.call(gateway.url, "updateMessageContact", {
      contactId: TOM,
      name: "!",
    });
    const samples = await scraped(gateway.opsUrl);
    const requests = (operation: string, code: string) =>
      samples.get(
        `${P}requests_total{door="${api.name}",operation="${operation}",code="${code}"}`,
      );
    expect(requests("getMessageContact", "OK")).toBe(1);
    expect(requests("updateMessageContact", "INVALID_INPUT")).toBe(1);
    expect(
      samples.get(
        `${P}request_duration_seconds_count{door="${api.name}",operation="updateMessageContact"}`,
      ),
    ).toBe(2);
    expect(
      samples.get(
        `${P}upstream_attempts_total{operation="getMessageContact",outcome="answered",code="none"}`,
      ),
    ).toBeGreaterThan(0);
  },
);

test("counts retries, vendor rejections by error code, and settled writes", async () => {
  running = await startBoth();
  const { gateway, emulator } = running;
  emulator.control.addFault({
    operation: "GetMessageContact",
    effect: "error",
    code: "Throttling.User",
    httpStatus: 400,
    times: 1,
  });
  await REST.call(gateway.url, "getMessageContact", { contactId: TOM });
  emulator.control.addFault({
    operation: "UpdateMessageContact",
    effect: "reset",
    when: "after",
    times: 1,
  });
  const { code } = await REST.call(
    gateway.url,
    "updateMessageContact",
    VALID_INPUTS.updateMessageContact,
  );
  expect(code).toBe("OK");
  const samples = await scraped(gateway.opsUrl);
  const sample = (name: string) => samples.get(`${P}${name}`);
  expect(
    sample(
      'upstream_attempts_total{operation="getMessageContact",outcome="transient",code="UPSTREAM_THROTTLED"}',
    ),
  ).toBe(1);
  expect(sample('upstream_repeats_total{operation="getMessageContact"}')).toBe(
    1,
  );
  expect(
    sample(
      'upstream_attempts_total{operation="updateMessageContact",outcome="ambiguous",code="none"}',
    ),
  ).toBe(1);
  expect(
    sample(
      'upstream_settlements_total{operation="updateMessageContact",verdict="done"}',
    ),
  ).toBe(1);
});

test("exposes the series that alerts watch before their first increment", async () => {
  running = await startBoth();
  const { gateway, emulator } = running;
  const before = await scraped(gateway.opsUrl);
  const denied = `${P}upstream_attempts_total{operation="getMessageContact",outcome="final",code="UPSTREAM_DENIED"}`;
  const failed = `${P}failures_total{code="UPSTREAM_DENIED"}`;
  for (const series of [
    denied,
    failed,
    `${P}failures_total{code="INTERNAL"}`,
    `${P}failures_total{code="OUTCOME_UNKNOWN"}`,
    `${P}requests_shed_total{reason="in-flight"}`,
    `${P}worker_restarts_total`,
  ]) {
    expect([series, before.get(series)]).toEqual([series, 0]);
  }
  expect(before.has(`${P}failures_total{code="INVALID_INPUT"}`)).toBe(false);
  expect(before.get(`${P}workers_ready`)).toBe(1);
  emulator.control.addFault({
    effect: "error",
    code: "NoPermission",
    probability: 1,
  });
  await REST.call(gateway.url, "getMessageContact", { contactId: TOM });
  const after = await scraped(gateway.opsUrl);
  expect([after.get(denied), after.get(failed)]).toEqual([1, 1]);
});

test("counts replayed responses and requests refused by a rate limit", async () => {
  running = await startBoth({}, { RATE_LIMIT_PER_ADDRESS_PER_MINUTE: "2" });
  const { gateway } = running;
  const headers = { "idempotency-key": "once" };
  const input = VALID_INPUTS.updateMessageContact;
  for (const api of [GRAPHQL, GRAPHQL, REST]) {
    await api.call(gateway.url, "updateMessageContact", input, headers);
  }
  const samples = await scraped(gateway.opsUrl);
  expect(
    samples.get(
      `${P}idempotent_replays_total{operation="updateMessageContact"}`,
    ),
  ).toBe(1);
  expect(samples.get(`${P}rate_limit_refusals_total{limit="address"}`)).toBe(1);
  expect(
    samples.get(
      `${P}requests_total{door="rest",operation="updateMessageContact",code="RATE_LIMITED"}`,
    ),
  ).toBe(1);
});

test("exposes the status of all parts, with label values from closed lists only", async () => {
  running = await startBoth();
  const { gateway } = running;
  const secret = "no-such-place-86-13900001234";
  await fetch(`${gateway.url}/v1/${secret}`);
  await fetch(`${gateway.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      query: `query ${"canary"} { a: messageContact(id: "${TOM}") { id name } __typename }`,
    }),
  });
  await fetch(`${gateway.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: "{ canary }" }),
  });
  const response = await fetch(`${gateway.opsUrl}/metrics`);
  expect(response.headers.get("content-type")).toMatch(/^text\/plain/);
  const text = await response.text();
  expect(text).not.toMatch(/canary|13900001234|tom|@/i);
  const samples = await scraped(gateway.opsUrl);
  expect(samples.get(`${P}shared_state{standing="memory"}`)).toBe(1);
  expect(samples.get(`${P}shared_state{standing="redis"}`)).toBe(0);
  expect(
    samples.get(`${P}upstream_breaker_state{directory="default",kind="write"}`),
  ).toBe(0);
  expect(samples.get(`${P}upstream_writes_waiting{directory="default"}`)).toBe(
    0,
  );
  expect(samples.get(`${P}deletions_followed`)).toBe(0);
  expect(
    samples.get(
      `${P}requests_total{door="none",operation="none",code="BAD_REQUEST"}`,
    ),
  ).toBe(1);
  expect(
    samples.get(
      `${P}requests_total{door="graphql",operation="several",code="OK"}`,
    ),
  ).toBe(1);
  expect(
    samples.get(
      `${P}requests_total{door="graphql",operation="none",code="BAD_REQUEST"}`,
    ),
  ).toBe(1);
});
