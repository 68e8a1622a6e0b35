/** Why something cannot be reached, and what to do about it. */
interface Explanation {
  readonly sentence: string;
  readonly advice: string;
}

/** Explains a call without a response, by the reason of the transport. */
export function explainUnreachable(reason: string): Explanation {
  const [, proxyReason] = /^PROXY_(.+)$/.exec(reason) ?? [];
  if (proxyReason !== undefined) return explainProxy(proxyReason);
  if (reason === "ENOTFOUND" || reason === "EAI_AGAIN") {
    return {
      sentence: "The host name of the endpoint cannot be resolved.",
      advice:
        "Check the endpoint for typing errors, and the DNS configuration of this machine.",
    };
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/.test(reason)) {
    return {
      sentence: "The certificate of the endpoint is not trusted.",
      advice:
        "If a proxy intercepts TLS, add its certificate authority with NODE_EXTRA_CA_CERTS.",
    };
  }
  if (reason === "ECONNREFUSED") {
    return {
      sentence: "The endpoint refused the connection.",
      advice: "Check the host and the port of the endpoint.",
    };
  }
  return {
    sentence: `The endpoint does not respond (${reason}).`,
    advice: "Check the network: firewall, egress rules, proxy.",
  };
}

/** Explains why the proxy of HTTPS_PROXY opened no tunnel. */
function explainProxy(reason: string): Explanation {
  if (reason === "407") {
    return {
      sentence:
        "The proxy requires authentication, or rejects the password (407).",
      advice:
        "Set user and password in HTTPS_PROXY: http://user:password@host:port.",
    };
  }
  if (/^\d+$/.test(reason)) {
    return {
      sentence: `The proxy refuses a tunnel to this host (${reason}).`,
      advice:
        "Allow the host in the proxy, or name it in NO_PROXY to reach it directly.",
    };
  }
  return {
    sentence: `The proxy of HTTPS_PROXY cannot be reached (${reason}).`,
    advice:
      "Check host, port and scheme of HTTPS_PROXY, or name the target in NO_PROXY.",
  };
}

/** Reasons that retrying does not change. */
const NO_SOURCE: ReadonlySet<string> = new Set([
  "DENIED",
  "EMPTY",
  "NOT_CONFIGURED",
]);

/** Explains why there are no credentials, by the reason of their provider. */
export function explainNoCredentials(reason: string): Explanation {
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
