import OpenApi from "@alicloud/openapi-client";
import RpcClient from "@alicloud/pop-core";
import { flatten, type CallParams } from "./emulator-client.js";

/** Calls an operation with one of the vendor's clients. Rejects with a VendorRefusal. */
export type VendorCall = (
  action: string,
  params: CallParams,
) => Promise<Record<string, unknown>>;

/** A vendor error, reduced to what all vendor clients report. */
export class VendorRefusal extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

const KEY = { accessKeyId: "testid", accessKeySecret: "testsecret" };
const VERSION = "2022-04-19";

export function popCore(url: string, method: "GET" | "POST"): VendorCall {
  const client = new RpcClient({ ...KEY, endpoint: url, apiVersion: VERSION });
  return refusing((action, params) =>
    client.request<Record<string, unknown>>(action, params, { method }),
  );
}

/** @param algorithm `v2` selects signature version 1, which the vendor's pages call V2 */
export function openApi(
  url: string,
  algorithm: "v2" | "ACS3-HMAC-SHA256",
  method: "GET" | "POST" = "POST",
): VendorCall {
  const client = new OpenApi.default(
    new OpenApi.Config({
      ...KEY,
      endpoint: new URL(url).host,
      protocol: "HTTP",
      signatureAlgorithm: algorithm,
    }),
  );
  return refusing(async (action, params) => {
    const answer: unknown = await client.callApi(
      new OpenApi.Params({
        action,
        version: VERSION,
        protocol: "HTTP",
        pathname: "/",
        method,
        authType: "AK",
        style: "RPC",
        reqBodyType: "formData",
        bodyType: "json",
      }),
      new OpenApi.OpenApiRequest({ query: flatten(params) }),
      { toMap: () => ({}) },
    );
    return (answer as { body: Record<string, unknown> }).body;
  });
}

function refusing(call: VendorCall): VendorCall {
  return async (action, params) => {
    try {
      // Copied through JSON, because pop-core's responses have no prototype (observed).
      return JSON.parse(JSON.stringify(await call(action, params))) as Record<
        string,
        unknown
      >;
    } catch (error) {
      const { code } = error as { code?: unknown };
      throw typeof code === "string" ? new VendorRefusal(code) : error;
    }
  };
}
