/** What a refusal by the vendor tells an operator. */
export interface Explanation {
  readonly subject: "clock" | "key" | "rights" | "directory" | "vendor";
  readonly sentence: string;
  readonly advice: string;
}

/** Beginnings of vendor codes, tried from top to bottom (documented codes). */
const EXPLANATIONS: readonly (readonly [string, Explanation])[] = [
  [
    "InvalidAccessKeyId.Inactive",
    {
      subject: "key",
      sentence: "The AccessKey is disabled.",
      advice: "Enable it in the vendor's console, or take another one.",
    },
  ],
  [
    "InvalidAccessKeyId",
    {
      subject: "key",
      sentence: "The vendor does not know this AccessKey id.",
      advice:
        "Check the id for typing errors, and whether the endpoint belongs to the site (China or international) where the key was made.",
    },
  ],
  [
    "SignatureDoesNotMatch",
    {
      subject: "key",
      sentence: "The signature is wrong: id and secret do not belong together.",
      advice: "Copy the AccessKey secret again, without spaces or line ends.",
    },
  ],
  [
    "InvalidSignature",
    {
      subject: "key",
      sentence: "The signature is wrong: id and secret do not belong together.",
      advice: "Copy the AccessKey secret again, without spaces or line ends.",
    },
  ],
  [
    "InvalidSecurityToken.Expired",
    {
      subject: "key",
      sentence: "The STS token has expired.",
      advice: "Fetch new temporary keys, or let the chain renew them.",
    },
  ],
  [
    "InvalidSecurityToken",
    {
      subject: "key",
      sentence: "The STS token does not belong to this key, or is damaged.",
      advice: "Take id, secret and token from the same answer of STS.",
    },
  ],
  [
    "MissingSecurityToken",
    {
      subject: "key",
      sentence: "The key is a temporary one, and its STS token is missing.",
      advice: "Set ALIBABA_CLOUD_SECURITY_TOKEN as well.",
    },
  ],
  [
    "InvalidTimeStamp",
    {
      subject: "clock",
      sentence: "The vendor refuses the time of the call.",
      advice: "Set this machine's clock (NTP).",
    },
  ],
  [
    "EntityNotExists.ResourceDirectory",
    {
      subject: "directory",
      sentence: "The account of this key has no resource directory.",
      advice:
        "Use a key of the management account, or of a member it was delegated to; enable the resource directory there.",
    },
  ],
  [
    "NoPermission",
    {
      subject: "rights",
      sentence: "The key may not do this.",
      advice: "Attach the policy that `npm run policy` prints to its RAM user.",
    },
  ],
  [
    "Forbidden",
    {
      subject: "rights",
      sentence: "The key may not do this.",
      advice: "Attach the policy that `npm run policy` prints to its RAM user.",
    },
  ],
  [
    "Throttling",
    {
      subject: "vendor",
      sentence: "The vendor throttles this account right now.",
      advice: "Try again in a minute; see who else uses the account's limits.",
    },
  ],
];

/** What a vendor code means here; whatever is unknown is told by its code. */
export function explained(code: string, httpStatus: number): Explanation {
  for (const [beginning, explanation] of EXPLANATIONS) {
    if (code.startsWith(beginning)) return explanation;
  }
  return {
    subject: "vendor",
    sentence: `The vendor answers ${code} with HTTP ${httpStatus}.`,
    advice: "Look the code up in the vendor's error centre.",
  };
}

/** Words for a call that got no answer, by the transport's reason. */
export function unreachable(reason: string): {
  sentence: string;
  advice: string;
} {
  if (reason === "ENOTFOUND" || reason === "EAI_AGAIN") {
    return {
      sentence: "The endpoint's name cannot be resolved.",
      advice: "Check the endpoint for typing errors, and this machine's DNS.",
    };
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/.test(reason)) {
    return {
      sentence: "The endpoint's certificate is not trusted.",
      advice:
        "A proxy may stand in between: add its authority with NODE_EXTRA_CA_CERTS.",
    };
  }
  if (reason === "ECONNREFUSED") {
    return {
      sentence: "Nothing listens at the endpoint.",
      advice: "Check host and port of the endpoint.",
    };
  }
  return {
    sentence: `The endpoint does not answer (${reason}).`,
    advice: "Check the network: firewall, egress rules, proxy.",
  };
}
