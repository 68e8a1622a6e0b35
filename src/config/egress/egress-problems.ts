import type { Config } from "../config.js";
import { webUrl } from "../rules.js";
import { NoProxy } from "./no-proxy.js";
import { parseProxy } from "./proxy-url.js";

/**
 * Whether the configuration needs a proxy: a host that it names is neither loopback nor
 * excluded by `NO_PROXY`. Otherwise a proxy that the platform sets has no effect.
 */
export function needsProxy(config: Config): boolean {
  const noProxy = new NoProxy(config.NO_PROXY ?? "");
  return targetsOf(config).some((target) => {
    const url = webUrl(target);
    return url?.protocol === "https:" && !noProxy.matches(url);
  });
}

/** Describes an invalid proxy, unless it has no effect. */
export function egressProblems(config: Config): string[] {
  const { HTTPS_PROXY: proxy } = config;
  if (
    proxy === undefined ||
    parseProxy(proxy) !== null ||
    !needsProxy(config)
  ) {
    return [];
  }
  return [
    "HTTPS_PROXY must be http://[user:password@]host:port or https://…, without a path; other kinds of proxies, such as SOCKS, are not supported",
  ];
}

/** URLs that requests are sent to. */
function targetsOf(config: Config): readonly string[] {
  return [
    config.UPSTREAM_ENDPOINT,
    config.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ??
      config.OTEL_EXPORTER_OTLP_ENDPOINT,
    ...[...config.directories.values()].map(({ endpoint }) => endpoint),
    ...config.issuers.map(({ jwksUrl }) => jwksUrl),
  ].filter((url) => url !== undefined);
}
