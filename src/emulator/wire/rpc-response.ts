import type { RpcError } from "./rpc-errors.js";

/** Properties of a response other than RequestId. */
export type ResponseBody = Readonly<Record<string, unknown>>;

export type ResponseFormat = "JSON" | "XML";

/** Response to a call, independent of the response format. */
export interface RpcResponse {
  readonly httpStatus: number;
  readonly body: ResponseBody;
  /** Name of the root element in XML. */
  readonly rootElement: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Documented for JSON, inferred for XML. */
const CONTENT_TYPES: Record<ResponseFormat, string> = {
  JSON: "application/json;charset=utf-8",
  XML: "text/xml;charset=utf-8",
};

export function successResponse(
  actionName: string,
  requestId: string,
  body: ResponseBody,
): RpcResponse {
  return {
    httpStatus: 200,
    body: { RequestId: requestId, ...body },
    rootElement: `${actionName}Response`,
    headers: {},
  };
}

/** Error response with the vendor's five properties (documented for newer gateways). */
export function errorResponse(
  error: RpcError,
  requestId: string,
  hostId: string,
): RpcResponse {
  const { code, httpStatus, message, extra, headers } = error;
  return {
    httpStatus,
    body: {
      RequestId: requestId,
      HostId: hostId,
      Code: code,
      Message: message,
      Recommend: `https://api.aliyun.com/troubleshoot?q=${encodeURIComponent(code)}&product=ResourceDirectoryMaster`,
      ...extra,
    },
    rootElement: "Error",
    headers,
  };
}

/** Serialized response. */
export interface SerializedResponse {
  readonly httpStatus: number;
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

export function serializeResponse(
  { httpStatus, body, rootElement, headers }: RpcResponse,
  format: ResponseFormat,
): SerializedResponse {
  return {
    httpStatus,
    headers,
    contentType: CONTENT_TYPES[format],
    text:
      format === "JSON"
        ? JSON.stringify(body)
        : `<?xml version="1.0" encoding="UTF-8"?>${element(rootElement, body)}`,
  };
}

/** A list becomes repeated elements without a wrapper element (inferred from plain JSON lists). */
function element(name: string, value: unknown): string {
  if (Array.isArray(value)) {
    return value.map((item) => element(name, item)).join("");
  }
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).map(([key, item]) =>
      element(key, item),
    );
    return `<${name}>${members.join("")}</${name}>`;
  }
  return `<${name}>${escapeXml(String(value))}</${name}>`;
}

function escapeXml(text: string): string {
  return (
    text
      // Remove characters that XML 1.0 does not allow.
      .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "")
      .replace(/&/g, "&amp;")
      .replace(/</g, "&lt;")
      .replace(/>/g, "&gt;")
      .replace(/"/g, "&quot;")
  );
}
