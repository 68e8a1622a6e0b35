import { describe, expect, it } from "@jest/globals";
import { closestRouteAmong } from "../../../../src/http/errors/closest-route.js";

const closestRoute = closestRouteAmong([
  "/",
  "/docs",
  "/errors/:code",
  "/v1/things",
  "/v1/things/:id/parts/:part",
  "/*",
]);

describe("the closest route", () => {
  it.each([
    ["/v1/thing", "/v1/things"],
    ["/v1/Things?name=zoe", "/v1/things"],
    ["/v1/things/t-1/part/p-2", "/v1/things/{id}/parts/{part}"],
    ["/errors/INTERNL", "/errors/INTERNAL"],
  ])("of %s is %s", (url, route) => {
    expect(closestRoute(url)?.en).toContain(`Did you mean ${route}?`);
  });

  it.each(["/admin/login.php", `/${"v1/".repeat(200)}`])(
    "does not exist for %s",
    (url) => {
      expect(closestRoute(url)).toBeUndefined();
    },
  );

  it("never repeats a segment of the URL", () => {
    expect(closestRoute("/v1/things/13900001234/part/zoe@a.b")?.en).not.toMatch(
      /139|zoe/,
    );
  });
});
