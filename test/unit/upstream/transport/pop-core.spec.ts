import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createHmac } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { RpcSigner } from "../../../../src/upstream/transport/signer.js";
import { StaticCredentials } from "../../../../src/upstream/transport/credentials.js";
import { UpstreamTransport } from "../../../../src/upstream/transport/transport.js";

const KEYS = { accessKeyId: "testid", accessKeySecret: "testsecret" };
const NOW = Date.UTC(2024, 0, 2, 3, 4, 5);

const signer = (endpoint = "https://vendor.example") =>
  new RpcSigner(endpoint, new StaticCredentials(KEYS));

async function signed(
  params: object,
  endpoint?: string,
): Promise<URLSearchParams> {
  return new URLSearchParams(
    await signer(endpoint).sign("addMessageContact", params, NOW),
  );
}

/** The documented signature of a form, computed without pop-core. */
function expectedSignature(form: URLSearchParams, secret: string): string {
  const encode = (text: string): string =>
    encodeURIComponent(text).replace(
      /[!'()*]/g,
      (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  const query = [...form]
    .filter(([name]) => name !== "Signature")
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join("&");
  return createHmac("sha1", `${secret}&`)
    .update(`POST&%2F&${encode(query)}`)
    .digest("base64");
}

describe("the signer", () => {
  it("produces the documented signature", async () => {
    const form = await signed({
      Name: "张三",
      EmailAddress: "ops+rd@example.com",
      MessageTypes: ["ServiceMessage", "FaultMessage"],
    });
    expect(form.get("Signature")).toBe(expectedSignature(form, "testsecret"));
    expect(form.get("MessageTypes.2")).toBe("FaultMessage");
    expect(form.get("Timestamp")).toBe("2024-01-02T03:04:05Z");
    expect(form.get("Format")).toBe("JSON");
  });

  it("omits undefined and null", async () => {
    const form = await signed({
      Name: "tom",
      Title: undefined,
      PhoneNumber: null,
    });
    expect(form.has("Title")).toBe(false);
    expect(form.has("PhoneNumber")).toBe(false);
  });

  it("uses a new UUID as the nonce of each call", async () => {
    const nonces = await Promise.all(
      Array.from({ length: 100 }, async () =>
        (await signed({ Name: "tom" })).get("SignatureNonce"),
      ),
    );
    expect(new Set(nonces).size).toBe(100);
    for (const nonce of nonces) {
      expect(nonce).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-/);
    }
  });

  it("adds the security token of temporary credentials", async () => {
    const temporary = new RpcSigner(
      "https://vendor.example",
      new StaticCredentials({ ...KEYS, securityToken: "tok+/=" }),
    );
    const form = new URLSearchParams(
      await temporary.sign("getMessageContact", { ContactId: "c-1" }, NOW),
    );
    expect(form.get("SecurityToken")).toBe("tok+/=");
    expect(form.get("Signature")).toBe(expectedSignature(form, "testsecret"));
  });

  it("rejects a lone surrogate", async () => {
    await expect(signed({ Name: "\ud800" })).rejects.toThrow(URIError);
  });

  it("rejects empty credentials", async () => {
    const empty = new RpcSigner(
      "https://vendor.example",
      new StaticCredentials({ accessKeyId: "", accessKeySecret: "" }),
    );
    await expect(
      empty.sign("getMessageContact", { ContactId: "c-1" }, NOW),
    ).rejects.toThrow();
  });
});

describe("the signer and the transport", () => {
  let server: Server;
  let url: string;
  let requests: {
    method: string;
    url: string;
    body: string;
    encoding: string;
  }[];
  let body: string;

  beforeEach(async () => {
    requests = [];
    body = "{}";
    server = createServer((request, response) => {
      let text = "";
      request.on("data", (chunk: Buffer) => (text += chunk.toString()));
      request.on("end", () => {
        requests.push({
          method: request.method ?? "",
          url: request.url ?? "",
          body: text,
          encoding: String(request.headers["accept-encoding"]),
        });
        response.end(body);
      });
    });
    await new Promise<void>((resolve) =>
      server.listen(0, "127.0.0.1", resolve),
    );
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it("send nothing while signing", async () => {
    await signed({ Name: "tom" }, url);
    expect(requests).toEqual([]);
  });

  it("send all parameters in the body and none in the URL", async () => {
    const transport = new UpstreamTransport(url);
    const form = await signer(url).sign(
      "addMessageContact",
      { Name: "tom" },
      NOW,
    );
    await transport.post(form, 1_000);
    await transport.close();
    expect(requests).toEqual([
      { method: "POST", url: "/", body: form, encoding: "identity" },
    ]);
  });

  it("reject a response body of more than 1 MiB", async () => {
    body = "x".repeat(1024 * 1024 + 1);
    const transport = new UpstreamTransport(url);
    await expect(transport.post("a=b", 5_000)).rejects.toMatchObject({
      name: "TransportError",
      wasSent: true,
    });
    await transport.close();
  });

  it("report that nothing was sent when the connection is refused", async () => {
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const transport = new UpstreamTransport(`http://127.0.0.1:${port}`);
    await expect(transport.post("a=b", 1_000)).rejects.toMatchObject({
      name: "TransportError",
      wasSent: false,
    });
    await transport.close();
    server.listen(0, "127.0.0.1");
  });

  it("keep the form and the URL out of errors", async () => {
    const transport = new UpstreamTransport(url);
    server.removeAllListeners("request");
    server.on("request", (request) => request.socket.destroy());
    const error: unknown = await transport
      .post("Signature=canary", 1_000)
      .catch((cause: unknown) => cause);
    expect(JSON.stringify(error)).not.toContain("canary");
    expect(String(error)).not.toContain("127.0.0.1");
    await transport.close();
  });
});
