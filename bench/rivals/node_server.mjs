// Node with `ws`: votes go into a Map in memory, nothing is durable. Every vote is answered; with a
// SIZE every vote is also told to everybody, in a frame of that many bytes.
//
//   node node_server.mjs PORT SIZE NODE_MODULES
import { createRequire } from "node:module";

const [port, size] = process.argv.slice(2, 4).map(Number);
const { WebSocketServer } = createRequire(`${process.argv[4]}/`)("ws");
const votes = new Map();
const server = new WebSocketServer({
  host: "127.0.0.1",
  port,
  backlog: 4096,
  perMessageDeflate: false,
  maxPayload: 65536,
});
let n = 0;

function tellEverybody() {
  n += 1;
  const start = `{"type":"turnout","n":${n},"pad":"`;
  const frame = Buffer.from(start + "x".repeat(Math.max(0, size - start.length - 2)) + '"}');
  for (const client of server.clients) {
    if (client.readyState === client.OPEN) client.send(frame, { binary: false });
  }
}

server.on("connection", (socket, request) => {
  const voter = /dd_device=([^;]*)/.exec(request.headers.cookie ?? "")?.[1] ?? "";
  socket.on("message", (data) => {
    const said = JSON.parse(data.toString());
    if (said.type === "hello") {
      socket.send(JSON.stringify({ type: "snapshot", seq: 1 }));
      socket.send(JSON.stringify({ type: "mine", present: true, may_vote: true, vote: null }));
      return;
    }
    const key = `${said.ballot} ${voter}`;
    const effect = votes.has(key) ? "changed" : "counted";
    const vote = { choice: said.choice, at: Date.now(), receipt: Math.random().toString(36) };
    votes.set(key, vote);
    const told = { ballot: said.ballot, ...vote, effect };
    socket.send(JSON.stringify({ type: "answer", id: said.id, vote: told }));
    if (size > 0) tellEverybody();
  });
});
