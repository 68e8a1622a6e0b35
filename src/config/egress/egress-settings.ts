import { IsOptional, MinLength } from "class-validator";
import { Setting } from "../setting.js";

/** The egress proxy. The names of the settings are those that most programs use. */
export class EgressSettings {
  @Setting(
    "text",
    "none",
    "HTTP proxy for `https://` requests to the vendor, token issuers, the trace collector and the vendor's credential services: `http://[user:password@]host:port` or `https://…`. The gateway opens tunnels with CONNECT. Loopback is always reached directly.",
    "https_proxy",
  )
  @IsOptional()
  @MinLength(1)
  readonly HTTPS_PROXY?: string;

  @Setting(
    "text",
    "none",
    "Hosts that are reached without the proxy, separated by commas: `example.com` or `.example.com` (with subdomains), an address or range (`10.0.0.0/8`), each optionally with `:port`, or `*`.",
    "no_proxy",
  )
  @IsOptional()
  @MinLength(1)
  readonly NO_PROXY?: string;
}
