import { describe, expect, it } from "@jest/globals";
import {
  pageRedirect,
  routedTarget,
} from "../../../../src/http/ingress/request-target.js";

describe("routedTarget", () => {
  it.each([
    ["/graphql", "/graphql", "old"],
    ["/gw/graphql?a=/gw", "/graphql?a=/gw", "old"],
    ["/gw", "/", "old"],
    ["/gw?a", "/?a", "old"],
    ["/gwx/graphql", "/gwx/graphql", "old"],
    ["/gw/gw/x", "/gw/x", "old"],
    ["http://a.example:8080/graphql?q", "/graphql?q", "a.example:8080"],
    ["HTTPS://a.example/gw/docs", "/docs", "a.example"],
    ["http://a.example", "/", "a.example"],
    ["http://a.example?q", "/?q", "a.example"],
    ["http://user@a.example/x", "/http://user@a.example/x", "old"],
    ["*", "/*", "old"],
    ["//graphql", "//graphql", "old"],
  ])("turns %s into %s with the host %s", (url, target, host) => {
    const headers = { host: "old" };
    expect(routedTarget({ url, headers }, "/gw")).toBe(target);
    expect(headers.host).toBe(host);
  });
});

describe("pageRedirect", () => {
  it.each([
    ["/playground", false, null],
    ["/playground/", false, "../playground"],
    ["/playground//?a=b", false, "../../playground?a=b"],
    ["/errors/NAME_TAKEN/", false, "../NAME_TAKEN"],
    ["/", true, null],
    ["/?lang=zh", true, null],
    ["http://a.example", true, null],
    ["http://a.example?lang=zh", true, null],
    ["http://a.example/docs/", false, "../docs"],
    ["/gw", true, "./gw/"],
    ["/a/gw?lang=zh", true, "./gw/?lang=zh"],
  ])("of %s (root: %s) is %s", (url, isRoot, target) => {
    expect(pageRedirect(url, isRoot)).toBe(target);
  });
});
