import { createServer } from "node:http";
import * as vendor from "./vendor.js";

// (b) The least a gateway can do: parse, sign, call, map, write. One contact
// that is asked for several times is read once.

async function get(ids) {
  const reads = new Map(ids.map((id) => [id, null]));
  for (const id of reads.keys()) reads.set(id, vendor.getContact(id));
  return Promise.all(ids.map((id) => reads.get(id)));
}

async function page(id) {
  const [contact, pendingVerifications, deletion] = await Promise.all([
    vendor.getContact(id),
    vendor.pendingVerifications(id),
    vendor.deletionOf(id),
  ]);
  return { ...contact, pendingVerifications, deletion };
}

const POSTED = {
  get,
  list: (pageNumber) => vendor.listContacts(pageNumber, 10),
  update: vendor.updateContact,
  page,
};

const ROOT = "/v1/message-contacts";

function read(url) {
  if (url.charAt(ROOT.length) === "/") {
    return vendor.getContact(url.slice(ROOT.length + 1));
  }
  const query = new URLSearchParams(url.slice(ROOT.length + 1));
  return vendor.listContacts(
    Number(query.get("pageNumber")),
    Number(query.get("pageSize")),
  );
}

function answer({ method, url }, text) {
  if (method === "GET") return read(url);
  const wanted = JSON.parse(text);
  const [name] = Object.keys(wanted);
  return POSTED[name](wanted[name]);
}

const server = createServer((request, response) => {
  if (!vendor.isAllowed(request.headers)) {
    response.writeHead(401).end();
    return;
  }
  let text = "";
  request.setEncoding("utf8");
  request.on("data", (chunk) => {
    text += chunk;
  });
  request.on("end", () => {
    answer(request, text).then((result) => {
      response.setHeader("content-type", "application/json; charset=utf-8");
      response.end(JSON.stringify(result));
    });
  });
});
server.listen(Number(process.env.PORT), "127.0.0.1");
