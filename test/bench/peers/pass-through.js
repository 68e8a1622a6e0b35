import { createServer } from "node:http";
import { Pool } from "undici";

// (a) Forwards vendor forms as they come and answers with what came back. Of
// several forms in one request the answers make one JSON list.

const pool = new Pool(process.env.UPSTREAM_ENDPOINT, { connections: 64 });

async function forward(form) {
  const { body } = await pool.request({
    path: "/",
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: form,
  });
  return body.text();
}

async function answer(forms) {
  const lines = forms.split("\n");
  if (lines.length === 1) return forward(forms);
  return `[${(await Promise.all(lines.map(forward))).join(",")}]`;
}

const server = createServer((request, response) => {
  let forms = "";
  request.setEncoding("utf8");
  request.on("data", (chunk) => {
    forms += chunk;
  });
  request.on("end", () => {
    answer(forms).then((body) => {
      response.setHeader("content-type", "application/json");
      response.end(body);
    });
  });
});
server.listen(Number(process.env.PORT), "127.0.0.1");
