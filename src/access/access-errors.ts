import { ErrorCode, type Sentence } from "../errors/error-codes.js";
import { GatewayError } from "../errors/gateway-error.js";
import type { RefusalReason } from "../errors/refusal-reasons.js";

const ONE_CREDENTIAL: Sentence = {
  en: "Send exactly one API key or access token: `Authorization: Bearer …`, or `X-API-Key: …` for an API key.",
  zh: "请仅提供一个 API 密钥或访问令牌：`Authorization: Bearer …`，API 密钥也可使用 `X-API-Key: …`。",
};

const VALID_CREDENTIAL: Sentence = {
  en: "The API key or access token is invalid, expired or revoked. Send a valid one, or ask an operator of the gateway.",
  zh: "API 密钥或访问令牌无效、已过期或已撤销。请提供有效的凭证，或联系网关管理员。",
};

/** Advice about the form of the credential. It says nothing about the content, which could help to forge one. */
const ADVICE: Partial<Record<RefusalReason, Sentence>> = {
  "repeated-header": ONE_CREDENTIAL,
  "several-credentials": ONE_CREDENTIAL,
  "malformed-credential": ONE_CREDENTIAL,
};

/** Error for a request without exactly one valid credential. */
export function unauthenticated(reason: RefusalReason): GatewayError {
  return new GatewayError(ErrorCode.UNAUTHENTICATED, {
    reason,
    ...(reason === "missing-credential"
      ? {}
      : { advice: ADVICE[reason] ?? VALID_CREDENTIAL }),
  });
}

/**
 * Error for a page whose origin is neither allowed nor the gateway's own.
 *
 * @param origin the normalised origin; null if the browser stated none
 */
export function foreignOrigin(origin: string | null): GatewayError {
  return new GatewayError(ErrorCode.FORBIDDEN, {
    reason: "origin",
    header: origin === null ? "sec-fetch-site" : "origin",
    problem: {
      en: `Pages of ${origin === null ? "this origin" : `the origin ${origin}`} may not call the gateway.`,
      zh: `来源${origin === null ? "不明" : ` ${origin} `}的页面无权调用网关。`,
    },
    advice: origin === null ? UNKNOWN_ORIGIN_ADVICE : originAdvice(origin),
  });
}

const UNKNOWN_ORIGIN_ADVICE: Sentence = {
  en: "Only pages of the origins in CORS_ORIGINS may call it. This page states no valid origin.",
  zh: "只有 CORS_ORIGINS 中来源的页面可以调用网关。该页面未声明有效来源。",
};

const originAdvice = (origin: string): Sentence => ({
  en: `Ask an operator to add ${origin} to CORS_ORIGINS. If it is the gateway's own address behind a proxy, the operator must set PUBLIC_URL, or set TRUSTED_PROXIES and let the proxy send X-Forwarded-Host.`,
  zh: `如需允许，请管理员将 ${origin} 加入 CORS_ORIGINS。如果它是网关在代理后的自身地址，请管理员设置 PUBLIC_URL，或设置 TRUSTED_PROXIES 并由代理发送 X-Forwarded-Host。`,
});

/** Error for a repeated Host header. */
export function repeatedHost(): GatewayError {
  return new GatewayError(ErrorCode.BAD_REQUEST, {
    reason: "repeated-header",
    header: "host",
    problem: {
      en: "The header Host was sent more than once.",
      zh: "Host 请求头出现了多次。",
    },
    advice: { en: "Send it once.", zh: "请仅发送一次。" },
  });
}

const HEADER = "x-resource-directory";

function oneOf(aliases: readonly string[]): Sentence {
  return {
    en: `Set X-Resource-Directory to one of: ${aliases.join(", ")}.`,
    zh: `请将 X-Resource-Directory 设为以下之一：${aliases.join("、")}。`,
  };
}

/**
 * Error for a caller of several directories who names none.
 *
 * @param usable aliases that the caller may use
 */
export function unnamedDirectory(usable: readonly string[]): GatewayError {
  return new GatewayError(ErrorCode.BAD_REQUEST, {
    reason: "missing-header",
    header: HEADER,
    problem: {
      en: "The header X-Resource-Directory is required.",
      zh: "缺少 X-Resource-Directory 请求头。",
    },
    advice: oneOf(usable),
  });
}

/**
 * Error for a directory that does not exist or that the caller may not use.
 *
 * @param usable aliases that the caller may use
 */
export function unknownDirectory(usable: readonly string[]): GatewayError {
  return new GatewayError(ErrorCode.FORBIDDEN, {
    reason: "invalid-header",
    header: HEADER,
    problem: {
      en: "X-Resource-Directory does not name a directory that you may use.",
      zh: "X-Resource-Directory 不是您可使用的目录。",
    },
    advice: oneOf(usable),
  });
}

/** Error for a caller who may use no existing directory. */
export function noDirectory(): GatewayError {
  return new GatewayError(ErrorCode.FORBIDDEN, {
    reason: "no-directory",
    problem: {
      en: "Your credential may not use any resource directory.",
      zh: "您的凭证无权使用任何资源目录。",
    },
    advice: {
      en: "Ask an operator of the gateway to assign a directory to it.",
      zh: "请联系网关管理员为其分配目录。",
    },
  });
}
