/** Explains a vendor error to an operator. */
export interface Explanation {
  readonly subject: "clock" | "key" | "rights" | "directory" | "vendor";
  readonly sentence: string;
  readonly advice: string;
}

/** Explanations by the prefix of a documented vendor code. The first match applies. */
const EXPLANATIONS: readonly (readonly [string, Explanation])[] = [
  [
    "InvalidAccessKeyId.Inactive",
    {
      subject: "key",
      sentence: "The AccessKey is disabled.",
      advice: "Enable it in the console of Alibaba Cloud, or use another one.",
    },
  ],
  [
    "InvalidAccessKeyId",
    {
      subject: "key",
      sentence: "The AccessKey id does not exist.",
      advice:
        "Check the id for typing errors. The endpoint must belong to the site (China or international) where the AccessKey was created.",
    },
  ],
  [
    "SignatureDoesNotMatch",
    {
      subject: "key",
      sentence:
        "The signature is invalid: the secret does not match the AccessKey id.",
      advice: "Copy the AccessKey secret again, without spaces or line breaks.",
    },
  ],
  [
    "InvalidSignature",
    {
      subject: "key",
      sentence:
        "The signature is invalid: the secret does not match the AccessKey id.",
      advice: "Copy the AccessKey secret again, without spaces or line breaks.",
    },
  ],
  [
    "InvalidSecurityToken.Expired",
    {
      subject: "key",
      sentence: "The STS token has expired.",
      advice:
        "Get new temporary credentials, or let the credentials chain refresh them.",
    },
  ],
  [
    "InvalidSecurityToken",
    {
      subject: "key",
      sentence:
        "The STS token is invalid or does not belong to this AccessKey.",
      advice: "Use the id, secret and token of the same STS response.",
    },
  ],
  [
    "MissingSecurityToken",
    {
      subject: "key",
      sentence: "The AccessKey is temporary, and its STS token is missing.",
      advice: "Set ALIBABA_CLOUD_SECURITY_TOKEN.",
    },
  ],
  [
    "InvalidTimeStamp",
    {
      subject: "clock",
      sentence: "The vendor rejected the timestamp of the call.",
      advice: "Synchronize the clock of this machine (NTP).",
    },
  ],
  [
    "EntityNotExists.ResourceDirectory",
    {
      subject: "directory",
      sentence: "The account of this AccessKey has no resource directory.",
      advice:
        "Use an AccessKey of the management account or of a delegated administrator. The resource directory must be enabled.",
    },
  ],
  [
    "ResourceDirectoryNotInUse",
    {
      subject: "directory",
      sentence: "The account of this AccessKey has no resource directory.",
      advice:
        "Use an AccessKey of the management account or of a delegated administrator. The resource directory must be enabled.",
    },
  ],
  [
    "MemberAccount",
    {
      subject: "rights",
      sentence: "The AccessKey belongs to a member account.",
      advice:
        "Use an AccessKey of the management account or of a delegated administrator.",
    },
  ],
  [
    "NoPermission",
    {
      subject: "rights",
      sentence: "The AccessKey has no permission for this action.",
      advice: "Attach the policy from `npm run policy` to its RAM user.",
    },
  ],
  [
    "Forbidden",
    {
      subject: "rights",
      sentence: "The AccessKey has no permission for this action.",
      advice: "Attach the policy from `npm run policy` to its RAM user.",
    },
  ],
  [
    "Throttling",
    {
      subject: "vendor",
      sentence: "The vendor is throttling this account.",
      advice: "Retry in a minute. Check which other programs use this account.",
    },
  ],
];

/** Explains a vendor code. For unknown codes, the explanation contains the code itself. */
export function explain(code: string, httpStatus: number): Explanation {
  for (const [prefix, explanation] of EXPLANATIONS) {
    if (code.startsWith(prefix)) return explanation;
  }
  return {
    subject: "vendor",
    sentence: `The vendor returned ${code} with HTTP ${httpStatus}.`,
    advice: "Look up the code in the error center of Alibaba Cloud.",
  };
}
