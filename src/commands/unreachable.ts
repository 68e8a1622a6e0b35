/** Why something cannot be reached, and what to do about it. */
interface Explanation {
  /** The part that fails: name resolution, connection, TLS, or the egress proxy. */
  readonly subject: "dns" | "endpoint" | "tls" | "proxy";
  readonly sentence: string;
  readonly advice: string;
}

/** Explanations by the code of a system error or of OpenSSL. The first match applies. */
const EXPLANATIONS: readonly (readonly [RegExp, Explanation])[] = [
  [
    /^ENOTFOUND$/,
    {
      subject: "dns",
      sentence: "The host name of the endpoint does not exist.",
      advice:
        "Check the endpoint for typing errors, and whether this machine can resolve external names.",
    },
  ],
  [
    /^(?:EAI_AGAIN|ETIMEOUT|ESERVFAIL)$/,
    {
      subject: "dns",
      sentence:
        "The host name of the endpoint cannot be resolved: no name server responds.",
      advice: "Check the DNS configuration and the egress rules for port 53.",
    },
  ],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    {
      subject: "tls",
      sentence: "The certificate of the endpoint belongs to another host name.",
      advice:
        "Check the endpoint for typing errors. A proxy or a captive portal may have responded.",
    },
  ],
  [
    /^CERT_(?:HAS_EXPIRED|NOT_YET_VALID)$/,
    {
      subject: "tls",
      sentence: "The certificate of the endpoint is not valid at this time.",
      advice:
        "Check the clock of this machine first; then a proxy that intercepts TLS.",
    },
  ],
  [
    /CERT|SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET)/,
    {
      subject: "tls",
      sentence: "The certificate of the endpoint is not trusted.",
      advice:
        "If a proxy intercepts TLS, add its certificate authority with NODE_EXTRA_CA_CERTS.",
    },
  ],
  [
    /SSL|EPROTO|TLS/,
    {
      subject: "tls",
      sentence: "The endpoint does not speak TLS.",
      advice: "Check the port of the endpoint, and whether it must be https.",
    },
  ],
  [
    /^ECONNREFUSED$/,
    {
      subject: "endpoint",
      sentence: "The endpoint refused the connection.",
      advice: "Check the host and the port of the endpoint.",
    },
  ],
  [
    /^(?:ECONNRESET|UND_ERR_SOCKET|EPIPE)$/,
    {
      subject: "endpoint",
      sentence: "The connection to the endpoint was closed without a response.",
      advice:
        "Check for a firewall that inspects traffic, and whether the endpoint must be https.",
    },
  ],
  [
    /^(?:EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/,
    {
      subject: "endpoint",
      sentence: "There is no route to the endpoint.",
      advice:
        "Check the routes of this machine. If it has no IPv6 route, the name may resolve to IPv6 only.",
    },
  ],
  [
    /^(?:ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT)$/,
    {
      subject: "endpoint",
      sentence: "The connection to the endpoint is not established in time.",
      advice:
        "Check firewall and egress rules: they may drop packets. If only a proxy may connect, set HTTPS_PROXY.",
    },
  ],
];

/** Explains a call without a response, by the reason of the transport. */
export function explainUnreachable(reason: string): Explanation {
  const [, proxyReason] = /^PROXY_(.+)$/.exec(reason) ?? [];
  if (proxyReason !== undefined) return explainProxy(proxyReason);
  const found = EXPLANATIONS.find(([pattern]) => pattern.test(reason));
  return (
    found?.[1] ?? {
      subject: "endpoint",
      sentence: `The endpoint does not respond (${reason}).`,
      advice: "Check the network: firewall, egress rules, proxy.",
    }
  );
}

/** Statuses with which a proxy says that it cannot reach the host itself. */
const CANNOT_CONNECT: ReadonlySet<string> = new Set(["502", "503", "504"]);

/** Explains why the proxy of HTTPS_PROXY opened no tunnel. */
function explainProxy(reason: string): Explanation {
  if (reason === "407") {
    return {
      subject: "proxy",
      sentence:
        "The proxy requires authentication, or rejects the password (407).",
      advice:
        "Set user and password in HTTPS_PROXY: http://user:password@host:port.",
    };
  }
  if (CANNOT_CONNECT.has(reason)) {
    return {
      subject: "proxy",
      sentence: `The proxy cannot connect to this host (${reason}).`,
      advice:
        "Check the host name. Then check DNS and egress rules of the proxy.",
    };
  }
  if (/^\d+$/.test(reason)) {
    return {
      subject: "proxy",
      sentence: `The proxy refuses a tunnel to this host (${reason}).`,
      advice:
        "Allow CONNECT to the host in the proxy, or name it in NO_PROXY to reach it directly.",
    };
  }
  return {
    subject: "proxy",
    sentence: `The proxy of HTTPS_PROXY cannot be reached (${reason}).`,
    advice:
      "Check host, port and scheme of HTTPS_PROXY, or name the target in NO_PROXY.",
  };
}

/** Reasons that retrying does not change. */
const NO_SOURCE: ReadonlySet<string> = new Set([
  "DENIED",
  "EMPTY",
  "FILE",
  "NOT_CONFIGURED",
]);

/** Explains why there are no credentials, by the reason of their provider. */
export function explainNoCredentials(
  reason: string,
): Pick<Explanation, "sentence" | "advice"> {
  const cause = reason.replace(/^CREDENTIALS_/, "");
  const isRejection = cause !== "429" && /^4\d\d$/.test(cause);
  if (cause === reason || NO_SOURCE.has(cause) || isRejection) {
    return {
      sentence: `No credentials are available for this directory${isRejection ? `: the credential service rejects the request (${cause})` : ""}.`,
      advice:
        "Check the sources of the credentials chain: environment variables, profile, instance role.",
    };
  }
  return {
    sentence: `The credential service cannot be reached (${cause}).`,
    advice:
      "Check the network, HTTPS_PROXY and NO_PROXY. The gateway retries until it responds.",
  };
}
