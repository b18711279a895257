// The live page: one socket, fragments by name, a ballot that never moves, commands that are sent
// again until they are answered. Every word is in the page already; this script only chooses.

import { all, csrf, face, hush, keep, meeting, one, root, say, state } from "./live/state.js";
import { showChoice, showCounted, showKept, takeBallot, takeOwnBallot } from "./live/ballot.js";
import { showTurnout, takeClock, takeTurnout, tick } from "./live/clocks.js";
import { newReceipt, read } from "./live/paper.js";
import { act, soonTakeConsoleActs, takeConsoleActs } from "./live/console.js";

document.documentElement.classList.add("can-script"); // codes of secret votes are drawn here

const ANSWER_MS = 10000; // a command or a hello is answered within it, or the connection is dead
const TURNED_AWAY = 4403;
const BEAT_MS = 40000; // the service gives a sign of life at least every 15 seconds

let socket = null;
let tries = 0;
let lostAt = 0;
let isPolling = false;
let isJoined = false;
let wasJoined = false;
let silence = 0;
let retry = 0;
let polling = new AbortController();

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// ---------------------------------------------------------------- connection

function connect() {
  clearTimeout(retry);
  if (socket !== null) return;
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  socket = new WebSocket(`${scheme}://${location.host}/live`, "deliberation.v1");
  socket.addEventListener("open", () => {
    socket.send(JSON.stringify({ type: "hello", meeting, face, since: state.seq, again: wasJoined }));
  });
  socket.addEventListener("message", (event) => { receive(JSON.parse(event.data)); expectWord(); });
  socket.addEventListener("close", reconnect);
  expectWord(); // also of a socket that never opens
}

// Only a word from the service proves the connection: an open socket alone may lead nowhere.
function joined() {
  isJoined = wasJoined = true;
  tries = 0;
  isPolling = false;
  polling.abort();
  showStanding();
  state.pending.forEach(send);
}

// Connected is who also sees what this tab had seen before.
function showStanding() {
  const isBehind = state.seq < state.seenBefore;
  if (!isBehind) lostAt = 0;
  showConnection(isBehind ? "reconnecting" : "connected");
}

// A connection from which nothing comes is given up and made anew.
function expectWord() {
  clearTimeout(silence);
  const gone = socket;
  const patience = isJoined && state.pending.length === 0 ? BEAT_MS : ANSWER_MS;
  silence = setTimeout(() => { if (gone === socket) giveUp(); }, patience);
}

function giveUp() {
  const gone = socket;
  reconnect();
  gone?.close();
}

function reconnect(event) {
  if (socket === null || (event && event.target !== socket)) return;
  socket = null;
  isJoined = false;
  clearTimeout(silence);
  if (event?.code === TURNED_AWAY) { showConnection("offline"); return; } // it has been said why
  if (!lostAt) lostAt = Date.now();
  tries += 1;
  if (tries >= 4 && !isPolling) poll();
  // With jitter from the first try on: thousands lose the service at the same moment.
  const wait = Math.min(15000, 1000 * 2 ** Math.min(tries - 1, 4)) * (0.3 + Math.random());
  retry = setTimeout(connect, wait);
  showConnection(isPolling ? "offline" : "reconnecting");
  showUnconfirmed();
}

// A network that blocks sockets: ask whether there is news, then take the page's fragments anew.
async function poll() {
  isPolling = true;
  polling = new AbortController();
  showConnection("offline");
  while (isPolling && !isOpen()) {
    try {
      if (await sendByForms()) await refresh();
      const answer = await fetch(`/meetings/${meeting}/news?since=${state.seq}`, { signal: polling.signal });
      const news = await answer.json();
      if (news.seq > state.seq) await refresh();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 3000));
    }
  }
}

async function refresh() {
  const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = one("[data-live]", page);
  if (!fresh || Number(fresh.dataset.seq) < state.seq) return;
  for (const part of all("[data-part]")) {
    const other = one(`[data-part="${part.dataset.part}"]`, page);
    if (other) replacePart(part, other.innerHTML);
  }
  state.mine.votes_as = fresh.dataset.votesAs.split(" ");
  const slot = one("[data-ballot-slot]", page);
  if (slot) takeOwnBallot(slot.innerHTML, slot);
  takeSpeech(page);
  state.seq = Number(fresh.dataset.seq);
  keep();
}

function takeSpeech(page) {
  const stage = one("[data-speech-slot]", page)?.dataset.stage;
  const floor = one("[data-speech-slot]");
  if (floor && stage) floor.dataset.stage = stage;
  const standing = one("[data-speech-state]", page)?.dataset.state;
  if (standing) showSpeech(standing);
  const place = one("[data-speech-place]", page)?.textContent ?? "";
  for (const shown of all("[data-speech-place]")) shown.textContent = place;
}

// Whether one was answered. What cannot be sent or answered now stays, and keeps no news away.
async function sendByForms() {
  let isAnswered = false;
  for (const command of [...state.pending]) {
    const path = { vote: `ballots/${command.ballot}/votes`, attend: "attendance", ask: "speeches",
      withdraw: "speeches/withdraw" }[command.type];
    const body = new URLSearchParams({ ...command, command: command.id, csrf: csrf() });
    try {
      const answer = await fetch(`/meetings/${meeting}/${path}`,
        { method: "POST", body, headers: { Accept: "application/json" } });
      const facts = await answer.json();
      receive(answer.ok ? { type: "answer", id: command.id, vote: command.type === "vote" ? facts : undefined }
        : { type: "refused", id: command.id, ...facts });
      isAnswered ||= !facts.again;
    } catch { /* the network, or no answer that can be read: later */ }
  }
  return isAnswered;
}

function isOpen() { return isJoined && socket !== null && socket.readyState === WebSocket.OPEN; }
function send(frame) { if (isOpen()) { socket.send(JSON.stringify(frame)); expectWord(); } }
state.isConnected = isOpen;

function showConnection(standing) {
  for (const line of all("[data-connection]")) {
    line.dataset.state = standing;
    const seconds = one("[data-seconds]", line);
    if (seconds && lostAt) seconds.textContent = Math.round((Date.now() - lostAt) / 1000);
  }
}

// ---------------------------------------------------------------- what comes in

function receive(frame) {
  const take = { snapshot: takeSnapshot, news: takeNews, turnout: takeTurnoutFrame, answer: takeAnswer,
    refused: takeRefusal, mine: takeMine, presence: takePresence }[frame.type];
  if (take) take(frame);
}

function takeSnapshot(frame) { see(frame); }

// What changed since an earlier entry than ours holds ours too; since a later one, something is missing.
function takeNews(frame) {
  if (frame.seq <= state.seq) return;
  if (frame.since > state.seq) { giveUp(); return; }
  see(frame);
  if (frame.events.includes("ballot.opened")) announce();
}

function see(frame) {
  state.seq = frame.seq;
  keep();
  takeParts(frame);
  if (isJoined && lostAt) showStanding();
}

function takeParts(frame) {
  for (const [name, html] of Object.entries(frame.parts)) {
    for (const part of all(`[data-part="${name}"]`)) replacePart(part, html);
  }
  if ("ballot" in frame) takeBallot(frame.ballot, refresh);
  showTurnout();
  const floor = one("[data-speech-slot]");
  if (floor && frame.stage) floor.dataset.stage = frame.stage;
  if (face === "console") takeConsoleActs();
}

function takePresence(frame) {
  for (const place of all("[data-connected]")) place.textContent = frame[place.dataset.connected];
}

function takeTurnoutFrame(frame) {
  takeTurnout(frame);
  if (face === "console") soonTakeConsoleActs();
}

function replacePart(part, html) {
  const id = part.contains(document.activeElement) ? document.activeElement.id : "";
  part.innerHTML = html;
  if (id) document.getElementById(id)?.focus();
}

function announce() {
  const slot = one("[data-announce]");
  const now = one('[data-part="now"]');
  if (slot && now) slot.textContent = now.textContent;
}

// ---------------------------------------------------------------- commands

function command(frame) {
  const made = { ...frame, id: newId() };
  const isReplaced = (other) => other.type === made.type && other.ballot === made.ballot;
  state.tried.push(...state.pending.filter((other) => isReplaced(other) && other.receipt));
  state.pending = state.pending.filter((other) => !isReplaced(other));
  state.pending.push(made);
  keep();
  send(made);
  if (isPolling) sendByForms().catch(() => {});
}

function settle(id) {
  const settled = state.pending.find((other) => other.id === id);
  state.pending = state.pending.filter((other) => other.id !== id);
  keep();
  return settled;
}

function takeAnswer(frame) {
  const settled = settle(frame.id);
  if (frame.vote) {
    if (settled?.receipt) state.receipts[frame.vote.ballot] = settled.receipt;
    state.tried = state.tried.filter((other) => other.ballot !== frame.vote.ballot);
    keep();
    state.mine.vote = frame.vote;
    showCounted(frame.vote);
  }
  if (settled?.type === "attend") location.reload();
}

function takeRefusal(frame) {
  if (frame.again) { tryAgain(frame.id); return; }
  const settled = settle(frame.id);
  say(frame.words);
  if (settled?.type === "vote" && frame.code === "ballot.vote_final") {
    if (askForEarlier(settled.ballot)) return;
    const { ballot } = settled;
    if (settled.receipt && state.mine.vote?.ballot !== ballot) state.mine.vote = { ballot, choice: "" };
  }
  const { vote } = state.mine;
  if (settled?.type === "vote") {
    if (vote?.ballot === settled.ballot) showCounted(vote);
    else showChoice({ ballot: settled.ballot }, "idle");
  }
  if (settled?.type === "ask") showSpeech("idle");
}

// A secret vote is final. It may have been an earlier press of this tab, whose answer was lost: the
// service knows it again by its code.
function askForEarlier(ballot) {
  const earlier = state.tried.filter((other) => other.ballot === ballot).pop();
  if (!earlier) return false;
  state.tried = state.tried.filter((other) => other !== earlier);
  command(earlier);
  return true;
}

// The service cannot write just now: the command stays, and is sent again in a moment.
function tryAgain(id) {
  showUnconfirmed();
  setTimeout(() => {
    const waiting = state.pending.find((other) => other.id === id);
    if (waiting) send(waiting);
  }, 1000 * (0.5 + Math.random()));
}

function showUnconfirmed() {
  for (const waiting of state.pending) {
    if (waiting.type === "vote") showChoice(waiting, "unconfirmed");
    if (waiting.type === "ask") showSpeech("unconfirmed");
  }
}

function takeMine(facts) {
  const { holder } = root.dataset;
  if (holder !== undefined && facts.holder !== undefined && facts.holder !== holder) {
    location.reload(); // somebody else has signed in on this device: the page is not theirs
    return;
  }
  if (facts.now) takeClock(facts.now);
  state.mine = { ...state.mine, ...facts };
  if (facts.vote && !state.pending.some((other) => other.ballot === facts.vote.ballot)) showCounted(facts.vote);
  showSpeech(facts.speech?.state ?? "idle");
  for (const place of all("[data-speech-place]")) place.textContent = facts.speech?.place ?? "";
  if (!isJoined) joined();
}

function showSpeech(standing) {
  const line = one("[data-speech-state]");
  if (line) line.dataset.state = standing;
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const button = event.submitter;
  if (form.matches("[data-vote-form]")) {
    event.preventDefault();
    const paper = read(form, button);
    if (paper.words) { say(paper.words); return; }
    const vote = { ballot: form.closest("[data-ballot]").dataset.ballot, choice: paper.choice };
    if ("secret" in form.dataset) vote.receipt = newReceipt();
    hush();
    delete form.dataset.isTouched;
    showChoice(vote, isOpen() ? "submitting" : "unconfirmed");
    command({ type: "vote", ...vote });
  } else if (form.matches("[data-speech-form]")) {
    event.preventDefault();
    showSpeech("asking");
    command({ type: "ask", side: button.value });
  } else if (form.matches("[data-withdraw-form]")) {
    event.preventDefault();
    command({ type: "withdraw" });
  } else if (face === "console" && form.method === "post") {
    event.preventDefault();
    act(form, button);
  }
});

setInterval(() => {
  tick();
  if (lostAt) showConnection(isOpen() || !isPolling ? "reconnecting" : "offline");
}, 500);
addEventListener("online", connect);
addEventListener("offline", giveUp);
showKept();
showUnconfirmed();
connect();
