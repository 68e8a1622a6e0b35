import { HttpException } from "@nestjs/common";
import { ErrorCode, type Sentence } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";
import type { RefusalReason } from "../../errors/refusal-reasons.js";

/** What an HTTP error says, and its reason in the log. */
interface HttpErrorRow {
  readonly status: number;
  readonly reason: RefusalReason;
  readonly problem: Sentence;
  readonly advice: Sentence;
}

const API_DESCRIPTION: Sentence = {
  en: "The API description is at /openapi.json.",
  zh: "接口说明见 /openapi.json。",
};

const SEND_AGAIN: Sentence = {
  en: "Check the connection and the size of the request, then send it again.",
  zh: "请检查网络连接和请求大小后重新发送。",
};

/** Errors of HTTP itself, by name. Their code is BAD_REQUEST. */
const HTTP_ERRORS = {
  malformedHttp: {
    status: 400,
    reason: "malformed-http",
    problem: {
      en: "The request is not valid HTTP/1.1.",
      zh: "请求不符合 HTTP/1.1 格式。",
    },
    advice: {
      en: "Check the request line, the headers and the framing of the body.",
      zh: "请检查请求行、请求头和正文的长度标识。",
    },
  },
  malformedUrl: {
    status: 400,
    reason: "malformed-url",
    problem: {
      en: "The URL is malformed.",
      zh: "URL 格式错误。",
    },
    advice: {
      en: "Percent-encode reserved characters as UTF-8, for example %20 for a space.",
      zh: "请使用 UTF-8 百分号编码转义保留字符，例如空格写作 %20。",
    },
  },
  missingHost: {
    status: 400,
    reason: "missing-header",
    problem: {
      en: "The header Host is required.",
      zh: "缺少 Host 请求头。",
    },
    advice: {
      en: "Send the host name of the gateway in Host (RFC 9110, section 7.2).",
      zh: "请在 Host 请求头中提供网关的主机名（RFC 9110 第 7.2 节）。",
    },
  },
  emptyBody: {
    status: 400,
    reason: "empty-body",
    problem: {
      en: "The body is empty, although Content-Type is application/json.",
      zh: "Content-Type 为 application/json，但请求正文为空。",
    },
    advice: {
      en: "Send a JSON object, or omit Content-Type.",
      zh: "请发送 JSON 对象，或省略 Content-Type。",
    },
  },
  malformedJson: {
    status: 400,
    reason: "malformed-json",
    problem: {
      en: "The body is not valid JSON, or it has a member `__proto__` or `constructor.prototype`.",
      zh: "请求正文不是有效的 JSON，或包含成员 `__proto__` 或 `constructor.prototype`。",
    },
    advice: {
      en: "Send one JSON object in UTF-8.",
      zh: "请发送一个 UTF-8 编码的 JSON 对象。",
    },
  },
  malformedGzip: {
    status: 400,
    reason: "content-encoding",
    problem: {
      en: "The body is not valid gzip, although Content-Encoding says so.",
      zh: "Content-Encoding 为 gzip，但请求正文不是有效的 gzip 数据。",
    },
    advice: {
      en: "Compress the whole body with gzip, or omit Content-Encoding.",
      zh: "请使用 gzip 压缩整个正文，或省略 Content-Encoding。",
    },
  },
  bodyLength: {
    status: 400,
    reason: "body-length",
    problem: {
      en: "The body does not have the length that Content-Length states.",
      zh: "请求正文的长度与 Content-Length 不一致。",
    },
    advice: SEND_AGAIN,
  },
  unknownRoute: {
    status: 404,
    reason: "unknown-route",
    problem: {
      en: "There is no resource at this URL.",
      zh: "该地址不存在。",
    },
    advice: API_DESCRIPTION,
  },
  methodNotAllowed: {
    status: 405,
    reason: "method",
    problem: {
      en: "This URL does not support this method.",
      zh: "该地址不支持此方法。",
    },
    advice: {
      en: "The Allow header lists the supported methods.",
      zh: "支持的方法见 Allow 响应头。",
    },
  },
  notAcceptable: {
    status: 406,
    reason: "not-acceptable",
    problem: {
      en: "None of the media types in the Accept header is available.",
      zh: "无法提供 Accept 请求头中的任何媒体类型。",
    },
    advice: {
      en: "Use application/json in the Accept header, or omit the header.",
      zh: "请在 Accept 请求头中使用 application/json，或省略该请求头。",
    },
  },
  requestTimeout: {
    status: 408,
    reason: "request-timeout",
    problem: {
      en: "The request did not arrive in time: headers within 10 seconds, the body within 30 seconds.",
      zh: "请求未在规定时间内到达：请求头须在 10 秒内、正文须在 30 秒内到达。",
    },
    advice: SEND_AGAIN,
  },
  bodyTooLarge: {
    status: 413,
    reason: "body-too-large",
    problem: {
      en: "The body is larger than this path accepts.",
      zh: "请求正文超过该路径允许的大小。",
    },
    advice: {
      en: "Send at most 64 KiB, or 2 MiB to /v1/plan and /v1/import, in several requests if necessary.",
      zh: "请将正文限制在 64 KiB 以内（/v1/plan 和 /v1/import 为 2 MiB），必要时拆分为多个请求。",
    },
  },
  pathTooLong: {
    status: 414,
    reason: "malformed-url",
    problem: {
      en: "A segment of the URL path is longer than 256 characters.",
      zh: "URL 路径中有一段超过 256 个字符。",
    },
    advice: API_DESCRIPTION,
  },
  mediaType: {
    status: 415,
    reason: "media-type",
    problem: {
      en: "The media type or the charset of the body is not supported.",
      zh: "不支持请求正文的媒体类型或字符集。",
    },
    advice: {
      en: "Send the body as JSON in UTF-8, with the header `Content-Type: application/json`.",
      zh: "请以 UTF-8 编码的 JSON 格式发送正文，并设置请求头 `Content-Type: application/json`。",
    },
  },
  contentEncoding: {
    status: 415,
    reason: "content-encoding",
    problem: {
      en: "The Content-Encoding of the body is not supported.",
      zh: "不支持请求正文的 Content-Encoding。",
    },
    advice: {
      en: "Send the body uncompressed, or with `Content-Encoding: gzip`.",
      zh: "请发送未压缩的正文，或使用 `Content-Encoding: gzip`。",
    },
  },
  misdirected: {
    status: 421,
    reason: "host",
    problem: {
      en: "No authentication is configured, so the gateway serves this machine only.",
      zh: "未配置身份验证，网关仅接受来自本机的请求。",
    },
    advice: {
      en: "Use localhost, 127.0.0.1 or [::1] in the URL (header Host), or ask an operator to configure authentication.",
      zh: "请在 URL（Host 请求头）中使用 localhost、127.0.0.1 或 [::1]，或联系网关管理员配置身份验证。",
    },
  },
  headersTooLarge: {
    status: 431,
    reason: "headers-too-large",
    problem: {
      en: "The request has more than 16 KiB of headers, or more than 900 headers.",
      zh: "请求头超过 16 KiB 或多于 900 个。",
    },
    advice: {
      en: "Send fewer or shorter headers.",
      zh: "请减少请求头的数量或长度。",
    },
  },
} as const satisfies Record<string, HttpErrorRow>;

export type HttpErrorName = keyof typeof HTTP_ERRORS;

/** Error of HTTP itself, with its status. */
export function httpError(
  name: HttpErrorName,
  advice: Sentence = HTTP_ERRORS[name].advice,
): GatewayError {
  const { status: httpStatus, reason, problem } = HTTP_ERRORS[name];
  return new GatewayError(ErrorCode.BAD_REQUEST, {
    httpStatus,
    reason,
    problem,
    advice,
  });
}

/** Errors of Fastify that have a specific text, by code. */
const BY_CODE: Readonly<Record<string, HttpErrorName>> = {
  FST_ERR_BAD_URL: "malformedUrl",
  FST_ERR_MAX_PARAM_LENGTH: "pathTooLong",
  FST_ERR_CTP_EMPTY_JSON_BODY: "emptyBody",
  FST_ERR_CTP_INVALID_JSON_BODY: "malformedJson",
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: "bodyLength",
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "mediaType",
};

const BY_STATUS: Readonly<Record<number, HttpErrorName>> = {
  404: "unknownRoute",
  405: "methodNotAllowed",
  406: "notAcceptable",
  408: "requestTimeout",
  413: "bodyTooLarge",
  414: "pathTooLong",
  415: "mediaType",
  421: "misdirected",
  431: "headersTooLarge",
};

/**
 * Converts an exception of the framework to the error to render. Unknown exceptions
 * become INTERNAL.
 */
export function asGatewayError(exception: unknown): GatewayError {
  if (exception instanceof GatewayError) return exception;
  const status = statusOf(exception);
  const code = codeOf(exception);
  const name = code.startsWith("Z_")
    ? "malformedGzip"
    : (BY_CODE[code] ?? BY_STATUS[status]);
  if (name !== undefined) return httpError(name);
  return status >= 400 && status < 500
    ? new GatewayError(ErrorCode.BAD_REQUEST, { httpStatus: status })
    : new GatewayError(ErrorCode.INTERNAL);
}

/** HTTP status of a framework exception; 500 for any other exception. */
function statusOf(exception: unknown): number {
  if (exception instanceof HttpException) return exception.getStatus();
  if (
    typeof exception === "object" &&
    exception !== null &&
    "statusCode" in exception &&
    typeof exception.statusCode === "number"
  ) {
    return exception.statusCode;
  }
  return 500;
}

/** Code of an error of Fastify or of Node.js. Nest wraps it in an exception of its own. */
function codeOf(exception: unknown): string {
  const error =
    exception instanceof HttpException ? exception.cause : exception;
  return typeof error === "object" &&
    error !== null &&
    "code" in error &&
    typeof error.code === "string"
    ? error.code
    : "";
}
