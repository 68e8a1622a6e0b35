/** HTTP status and message of a vendor code. */
export interface RpcErrorRow {
  readonly httpStatus: number;
  readonly message: string;
}

/**
 * The vendor's error codes with status and message.
 *
 * The first half applies to all operations. Statuses and messages are documented or observed,
 * except the messages of `InvalidParameter.Accept`, `InvalidRegion.NotFound`,
 * `Forbidden.AccessKeyDisabled` and `UnknownError`, which are inferred. The second half is
 * documented for the message contact operations and the directory reads.
 */
export const RPC_ERRORS = {
  "InvalidAccessKeyId.NotFound": row(404, "Specified access key is not found."),
  "InvalidAccessKeyId.Inactive": row(400, "Specified access key is disabled."),
  "Forbidden.AccessKeyDisabled": row(403, "The access key is disabled."),
  SignatureDoesNotMatch: row(
    400,
    "Specified signature is not matched with our calculation. server string to sign is:",
  ),
  IncompleteSignature: row(
    400,
    "The request signature does not conform to Aliyun standards.",
  ),
  InvalidSignatureMethod: row(400, "Specified signature method is not valid."),
  SignatureNonceUsed: row(400, "Specified signature nonce was used already."),
  "InvalidTimeStamp.Format": row(
    400,
    "Specified time stamp or date value is not well formatted.",
  ),
  "InvalidTimeStamp.Expired": row(
    400,
    "Specified time stamp or date value is expired.",
  ),
  "InvalidSecurityToken.Expired": row(
    400,
    "Specified SecurityToken is expired.",
  ),
  "InvalidSecurityToken.Malformed": row(
    400,
    "Specified SecurityToken is malformed.",
  ),
  "InvalidSecurityToken.MismatchWithAccessKey": row(
    400,
    "Specified SecurityToken mismatch with the AccessKey.",
  ),
  "InvalidAction.NotFound": row(
    404,
    "Specified api is not found, please check your url and method.",
  ),
  "InvalidApi.NotFound": row(
    404,
    "Specified api is not found, please check your url and method.",
  ),
  "InvalidProduct.NotFound": row(
    404,
    "Cannot find product according to your specified domain.",
  ),
  "InvalidRegion.NotFound": row(400, "Specified region is not found."),
  "InvalidProtocol.NeedSsl": row(
    400,
    "Your request is denied as lack of ssl protect.",
  ),
  UnsupportedHTTPMethod: row(400, "This http method not supported."),
  "InvalidParameter.Format": row(
    400,
    "Specified parameter format is not valid.",
  ),
  "InvalidParameter.Accept": row(
    400,
    "Specified parameter Accept is not valid.",
  ),
  NoPermission: row(403, "You are not authorized to do this action."),
  "Forbidden.RAM": row(
    403,
    "User not authorized to operate on the specified resource, or this API doesn't support RAM.",
  ),
  Forbidden: row(
    403,
    "User not authorized to operate on the specified resource.",
  ),
  "Forbidden.RiskControl": row(
    403,
    "This operation is forbidden by Aliyun Risk Control system.",
  ),
  "Forbidden.UserVerification": row(
    403,
    "Your user account is not verified by Aliyun.",
  ),
  Throttling: row(400, "Request was denied due to request throttling."),
  "Throttling.User": row(400, "Request was denied due to user flow control."),
  "Throttling.Api": row(400, "Request was denied due to api flow control."),
  InternalError: row(
    500,
    "The request processing has failed due to some unknown error.",
  ),
  ServiceUnavailable: row(
    503,
    "The request has failed due to a temporary failure of the server.",
  ),
  UnknownError: row(500, "An unknown error occurred."),
  "EntityNotExists.ResourceDirectory": row(
    404,
    "The resource directory for the account is not enabled. We recommend that you first enable the resource directory for the account.",
  ),
  ResourceDirectoryNotInUse: row(
    404,
    "The specified account is not an Alibaba Cloud account or a member account of the resource directory.",
  ),
  MemberAccountAccessDenied: row(
    403,
    "The member account is not allowed to perform the operation.",
  ),
  MemberAccountOperationNotAllowed: row(
    403,
    "The member account is not allowed to perform the operation.",
  ),
  "NotSupport.Site.Action": row(400, "Site does not allow current action."),
  CallerIdentityError: row(
    409,
    "Please use the RAM user or role of the Management Account.",
  ),

  "InvalidParameter.ContactId": row(400, "The ContactId is invalid."),
  "InvalidParameter.Name": row(400, "The Name is invalid."),
  "InvalidParameter.Name.Length": row(
    400,
    "The Name exceeds the length limit.",
  ),
  "InvalidParameter.Name.AlreadyUsed": row(
    400,
    "The Name already exists. Please change to another name.",
  ),
  "InvalidParameter.EmailAddress": row(400, "The EmailAddress is invalid."),
  "InvalidParameter.EmailAddress.Length": row(
    400,
    "The EmailAddress exceeds the length limit.",
  ),
  "InvalidParameter.PhoneNumber": row(400, "The PhoneNumber is invalid."),
  "InvalidParameter.MobileCountryCode": row(
    400,
    "The current site does not support the country code.",
  ),
  "InvalidParameter.Title": row(400, "The Title is invalid."),
  "InvalidParameter.MessageTypes": row(400, "The MessageTypes is invalid."),
  "InvalidParameter.Member": row(400, "The Member is invalid."),
  "InvalidParameter.Members": row(400, "The Members is invalid."),
  "InvalidParameter.Members.Duplicate": row(
    400,
    "The Members contains duplicate values.",
  ),
  "InvalidParameter.Members.Length": row(
    400,
    "The maximum number of Members exceeds the limit.",
  ),
  "QuotaExceeded.Members": row(
    400,
    "The maximum number of Members exceeds the limit.",
  ),
  InvalidMember: row(
    400,
    "The member does not exist in the resource directory.",
  ),
  "LimitExceeded.Contacts": row(
    400,
    "The maximum number of contacts in a resource directory exceeds the limit.",
  ),
  "LimitExceeded.ContactMembers": row(
    400,
    "The maximum number of contact members exceeds the limit.",
  ),
  ContactStatusMismatchAction: row(
    400,
    "The status of the contact does not allow the specified operation.",
  ),
  "EntityNotExists.Contact": row(404, "This Contact does not exist."),
  "EntityNotExists.Contact.Verification": row(
    404,
    "This contact verification does not exist.",
  ),
  "EntityNotExists.Member": row(404, "This Member does not exist."),
  "InvalidParameter.ParentFolderId": row(400, "The ParentFolderId is invalid."),
  "InvalidParameter.FolderId": row(400, "The FolderId is invalid."),
  "EntityNotExists.Folder": row(
    404,
    "The resource directory folder does not exist.",
  ),
  SendValidateCodeExceedsLimitForAccount: row(
    409,
    "For the same account, the number of verification codes sent exceeds the limit.",
  ),
  ConcurrentCallNotSupported: row(
    429,
    "The operation conflicts with other operations. Please try again later.",
  ),
} as const satisfies Record<string, RpcErrorRow>;

export type RpcErrorCode = keyof typeof RPC_ERRORS;

function row(httpStatus: number, message: string): RpcErrorRow {
  return { httpStatus, message };
}
