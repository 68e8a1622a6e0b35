import { createServer } from "node:http";
import { LISTED_IDS, UNKNOWN } from "./workloads.js";

// The vendor's side of every measurement: valid answers, no signature check,
// a delay that the bench sets. Counts the calls it gets.

const contactOf = (id) => ({
  ContactId: id,
  Name: "tom",
  EmailAddress: "someone@example.com",
  PhoneNumber: "86-13900001234",
  Title: "TechnicalDirector",
  MessageTypes: ["AccountExpenses", "SecurityMessage"],
  Members: ["fd-ZDNPiT5a8b"],
  Status: "Active",
  CreateDate: "2023-03-27 17:19:21",
});

const RequestId = "9B34724D-54B0-4A51-B34D-4512372FE1BE";

/** Answers are made once; only the contact's id differs between calls. */
const ID = "@id@";
const TEMPLATES = {
  GetMessageContact: { RequestId, Contact: contactOf(ID) },
  ListMessageContacts: {
    RequestId,
    TotalCount: 20_000,
    PageNumber: 1,
    PageSize: 10,
    Contacts: Array.from({ length: 10 }, (_, index) =>
      contactOf(`c-listed00000000000${index}`),
    ),
  },
  UpdateMessageContact: { RequestId },
  ListMessageContactVerifications: {
    RequestId,
    TotalCount: 1,
    PageNumber: 1,
    PageSize: 10,
    ContactVerifications: [{ ContactId: ID, Target: "new@example.com" }],
  },
  GetMessageContactDeletionStatus: {
    RequestId,
    ContactDeletionStatus: { ContactId: ID, Status: "Deleting" },
  },
};
const ABSENT = JSON.stringify({
  RequestId,
  HostId: "127.0.0.1",
  Code: "EntityNotExists.Contact",
  Message: "The specified contact does not exist.",
});
const answers = new Map(
  Object.entries(TEMPLATES).map(([action, body]) => [
    action,
    JSON.stringify(body).split(ID),
  ]),
);

/** The page that contains the whole list, which the gateway requests for several contacts. */
const WHOLE_LIST = JSON.stringify({
  RequestId,
  TotalCount: LISTED_IDS.length,
  PageNumber: 1,
  PageSize: 100,
  Contacts: LISTED_IDS.map(contactOf),
});
/** The same, where the gateway must read each contact on its own. */
const PARTIAL_LIST = JSON.stringify({
  ...JSON.parse(WHOLE_LIST),
  TotalCount: 20_000,
});

let delayMs = 0;
let calls = 0;

function bodyOf(action, id, asked) {
  if (!asked.includes("&PageSize=100") || action !== "ListMessageContacts") {
    return answers.get(action).join(id);
  }
  return asked.includes("AccessKeyId=listed") ? WHOLE_LIST : PARTIAL_LIST;
}

const server = createServer((request, response) => {
  let form = "";
  request.setEncoding("latin1");
  request.on("data", (chunk) => {
    form += chunk;
  });
  request.on("end", () => {
    calls += 1;
    const asked = `&${form === "" ? request.url.slice(2) : form}`;
    const id = /&ContactId=([^&]*)/.exec(asked)?.[1] ?? "";
    const action = /&Action=([^&]*)/.exec(asked)?.[1] ?? "";
    const isAbsent = id.startsWith(UNKNOWN);
    const body = isAbsent ? ABSENT : bodyOf(action, id, asked);
    const answer = () =>
      response
        .writeHead(isAbsent ? 404 : 200, {
          "content-type": "application/json;charset=utf-8",
          "content-length": body.length,
        })
        .end(body);
    if (delayMs === 0) answer();
    else setTimeout(answer, delayMs);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => process.send(server.address().port));

process.on("message", (message) => {
  if (message.delayMs !== undefined) delayMs = message.delayMs;
  process.send({ calls });
});

process.on("disconnect", () => process.exit());
