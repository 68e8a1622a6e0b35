import { createServer, type Server } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { afterEach, expect, it } from "@jest/globals";
import { Connections } from "../../../src/http/connections.js";
import { fastifyOptions } from "../../../src/http/fastify-options.js";
import { until } from "../../support/until.js";

let server: Server;

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** Sends a text over a connection that then expires; resolves with all that it receives. */
async function responseTo(text: string): Promise<string> {
  const connections = new Connections(10, { log: () => undefined });
  const ingress = { rawRefusal: () => "HTTP/1.1 408 Request Timeout\r\n\r\n" };
  const { clientErrorHandler } = fastifyOptions(connections, ingress as never, {
    keepAliveTimeoutMs: 1_000,
    publicPath: "",
  });
  server = createServer({
    connectionsCheckingInterval: 20,
  });
  server.on("clientError", (error, socket) => {
    clientErrorHandler?.call(
      undefined as never,
      error as never,
      socket as never,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const accepted = new Promise<Socket>((resolve) => {
    server.once("connection", resolve);
  });
  const { port } = server.address() as AddressInfo;
  const socket = connect(port, "127.0.0.1");
  if (text !== "") socket.write(text);
  const peer = await accepted;
  await until("the text arrives", () => peer.bytesRead === text.length);
  Object.assign(server, { headersTimeout: 1, requestTimeout: 1 });
  let received = "";
  socket.setEncoding("latin1");
  for await (const part of socket) received += part as string;
  return received;
}

it("an expired connection without a byte is closed without a response", async () => {
  expect(await responseTo("")).toBe("");
});

it("an expired connection with an incomplete request gets 408", async () => {
  expect(await responseTo("GET / HTTP/1.1\r\nHost:")).toContain("408");
});
