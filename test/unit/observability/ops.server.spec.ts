import { afterEach, describe, expect, it } from "@jest/globals";
import {
  OpsServer,
  type HealthReport,
} from "../../../src/observability/ops.server.js";

let server: OpsServer;

afterEach(() => server.close());

async function statuses(health: HealthReport): Promise<number[]> {
  server = await OpsServer.listen(
    "127.0.0.1",
    0,
    () => health,
    () => Promise.resolve({ contentType: "text/plain", text: "" }),
  );
  const paths = ["/livez", "/readyz"];
  const answers = paths.map((path) => fetch(`${server.url}${path}`));
  return (await Promise.all(answers)).map(({ status }) => status);
}

describe("/livez and /readyz", () => {
  it.each<[string, HealthReport, number[]]>([
    ["ready", { isReady: true, facts: {} }, [200, 200]],
    ["not ready", { isReady: false, facts: {} }, [200, 503]],
    ["not alive", { isReady: false, isAlive: false, facts: {} }, [503, 503]],
  ])("report that the process is %s", async (_name, health, expected) => {
    expect(await statuses(health)).toEqual(expected);
  });
});
