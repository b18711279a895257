// The live page: one socket, fragments by name, a ballot that never moves, commands that are sent
// again until they are answered. Every word is in the page already; this script only chooses.

const root = document.querySelector("[data-live]");
const face = root.dataset.live;
const meeting = root.dataset.meeting;
const storeKey = `deliberation:${meeting}`;
const clockOffset = { ms: Number(root.dataset.now) - Date.now() };

let seq = Number(root.dataset.seq);
let socket = null;
let tries = 0;
let lostAt = 0;
let isPolling = false;
let isJoined = false;
let mine = { may_vote: document.querySelector("[data-vote-form]") !== null, vote: null };
let turnout = { ballot: "none", n: 0, entitled: 1 };
const kept = readKept();
let pending = kept.pending;

// What outlives the page: commands without an answer, and how far this tab had seen the meeting.
function readKept() {
  try { return { pending: [], seq: 0, ...JSON.parse(sessionStorage.getItem(storeKey)) }; }
  catch { return { pending: [], seq: 0 }; }
}

function keep() {
  try { sessionStorage.setItem(storeKey, JSON.stringify({ pending, seq })); } catch { /* private mode */ }
}

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const all = (selector, scope = document) => scope.querySelectorAll(selector);
const one = (selector, scope = document) => scope.querySelector(selector);

// ---------------------------------------------------------------- connection

function connect() {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  socket = new WebSocket(`${scheme}://${location.host}/live`, "deliberation.v1");
  socket.addEventListener("open", () => {
    socket.send(JSON.stringify({ type: "hello", meeting, face, since: seq }));
    expectWord();
  });
  socket.addEventListener("message", (event) => { expectWord(); receive(JSON.parse(event.data)); });
  socket.addEventListener("close", reconnect);
}

// Only a word from the service proves the connection: an open socket alone may lead nowhere.
function joined() {
  isJoined = true;
  tries = 0;
  lostAt = 0;
  isPolling = false;
  showConnection("connected");
  pending.forEach(send);
}

let silence = 0;

// With a command unanswered or a hello unreturned, a silent connection is given up and made anew.
function expectWord() {
  clearTimeout(silence);
  if (isJoined && pending.length === 0) return;
  const gone = socket;
  silence = setTimeout(() => { if (gone === socket) { gone.close(); reconnect(); } }, 10000);
}

function reconnect(event) {
  if (socket === null || (event && event.target !== socket)) return;
  socket = null;
  isJoined = false;
  clearTimeout(silence);
  if (!lostAt) lostAt = Date.now();
  tries += 1;
  if (tries >= 4 && !isPolling) poll();
  // With jitter from the first try on: thousands lose the service at the same moment.
  const wait = Math.min(15000, 1000 * 2 ** Math.min(tries - 1, 4)) * (0.3 + Math.random());
  setTimeout(connect, wait);
  showConnection(isPolling ? "offline" : "reconnecting");
  showUnconfirmed();
}

// A network that blocks sockets: ask whether there is news, then take the page's fragments anew.
async function poll() {
  isPolling = true;
  showConnection("offline");
  while (isPolling && !isOpen()) {
    try {
      await sendByForms();
      const answer = await fetch(`/meetings/${meeting}/news?since=${seq}`);
      const news = await answer.json();
      if (news.seq > seq) await refresh();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 3000));
    }
  }
}

async function refresh() {
  const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = one("[data-live]", page);
  for (const part of all("[data-part]")) {
    const other = one(`[data-part="${part.dataset.part}"]`, page);
    if (other) replacePart(part, other.innerHTML);
  }
  const slot = one("[data-ballot-slot]");
  const other = one("[data-ballot-slot]", page);
  if (slot && other && idOf(slot) !== idOf(other)) placeBallot(slot, other.innerHTML);
  seq = Number(fresh.dataset.seq);
}

const idOf = (slot) => one("[data-ballot]", slot)?.dataset.ballot;

async function sendByForms() {
  for (const command of [...pending]) {
    const path = { vote: `ballots/${command.ballot}/votes`, attend: "attendance", ask: "speeches",
      withdraw: "speeches/withdraw" }[command.type];
    const body = new URLSearchParams({ ...command, command: command.id, csrf: csrf() });
    const answer = await fetch(`/meetings/${meeting}/${path}`,
      { method: "POST", body, headers: { Accept: "application/json" } });
    const facts = await answer.json();
    receive(answer.ok ? { type: "answer", id: command.id, vote: command.type === "vote" ? facts : undefined }
      : { type: "refused", id: command.id, ...facts });
  }
}

function isOpen() { return isJoined && socket !== null && socket.readyState === WebSocket.OPEN; }
function send(frame) { if (isOpen()) { socket.send(JSON.stringify(frame)); expectWord(); } }

function showConnection(state) {
  for (const line of all("[data-connection]")) {
    line.dataset.state = state;
    const seconds = one("[data-seconds]", line);
    if (seconds && lostAt) seconds.textContent = Math.round((Date.now() - lostAt) / 1000);
  }
}

// ---------------------------------------------------------------- what comes in

function receive(frame) {
  const take = { snapshot: takeSnapshot, news: takeNews, turnout: takeTurnout, answer: takeAnswer,
    refused: takeRefusal, mine: takeMine, presence: takePresence }[frame.type];
  if (take) take(frame);
}

function takeSnapshot(frame) { seq = frame.seq; keep(); takeParts(frame); }

// What changed since an earlier entry than ours holds ours too; since a later one, something is missing.
function takeNews(frame) {
  if (frame.seq <= seq) return;
  if (frame.since > seq) { socket?.close(); return; }
  seq = frame.seq;
  keep();
  takeParts(frame);
  if (frame.events.includes("ballot.opened")) announce("ballot");
}

function takeParts(frame) {
  for (const [name, html] of Object.entries(frame.parts)) {
    for (const part of all(`[data-part="${name}"]`)) replacePart(part, html);
  }
  showTurnout();
  if ("ballot" in frame) takeBallot(frame.ballot);
  const floor = one("[data-speech-slot]");
  if (floor && frame.stage) floor.dataset.stage = frame.stage;
  if (face === "console") takeConsoleActs();
}

function takePresence(frame) {
  for (const place of all("[data-connected]")) place.textContent = frame[place.dataset.connected];
}

function replacePart(part, html) {
  if (part.contains(document.activeElement)) {
    const id = document.activeElement.id;
    part.innerHTML = html;
    if (id) document.getElementById(id)?.focus();
    return;
  }
  part.innerHTML = html;
}

async function takeConsoleActs() {
  const answer = await fetch(`/meetings/${meeting}/console/acts`);
  if (!answer.ok) return;
  const acts = await answer.json();
  fillIfIdle(one("[data-next]"), acts.next);
  fillIfIdle(one("[data-floor-acts]"), acts.floor_acts);
}

let actsTimer = 0;

// The words beside the next action count votes too, but not several times a second.
function soonTakeConsoleActs() {
  if (actsTimer) return;
  actsTimer = setTimeout(() => { actsTimer = 0; takeConsoleActs(); }, 2000);
}

function fillIfIdle(slot, html) {
  const typing = slot?.querySelector("input:focus, textarea:focus, dialog[open]");
  if (slot && !typing) slot.innerHTML = html;
}

// ---------------------------------------------------------------- the ballot

let waitingBallot = null;

function takeBallot(ballot) {
  const slot = one("[data-ballot-slot]");
  if (!slot) return;
  if (!ballot) { if (idOf(slot) && !isTyping()) slot.innerHTML = ""; return; }
  if (idOf(slot) === ballot.id) { showBallotState(slot, ballot.state); return; }
  if (!ballot.html) { refresh(); return; }
  if (isTyping()) { waitingBallot = ballot; one("[data-ballot-banner]").hidden = false; return; }
  placeBallot(slot, ballot.html);
  showBallotState(slot, ballot.state);
}

function isTyping() { return document.activeElement?.matches("input, textarea, select") ?? false; }

function placeBallot(slot, html) {
  slot.innerHTML = html;
  waitingBallot = null;
  const banner = one("[data-ballot-banner]");
  if (banner) banner.hidden = true;
  if (!mine.may_vote) for (const part of all("[data-vote-form], [data-receipt-slot]", slot)) part.remove();
  for (const input of all("input[name=csrf]", slot)) input.value = csrf();
  const own = pending.find((command) => command.type === "vote" && command.ballot === idOf(slot));
  if (own) showChoice(own.choice, isOpen() ? "submitting" : "unconfirmed");
  else if (mine.vote && mine.vote.ballot === idOf(slot)) showCounted(mine.vote);
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-ballot-go]") || !waitingBallot) return;
  const ballot = waitingBallot;
  placeBallot(one("[data-ballot-slot]"), ballot.html);
  showBallotState(one("[data-ballot-slot]"), ballot.state);
});

function showBallotState(slot, state) {
  const ballot = one("[data-ballot]", slot);
  if (!ballot || ballot.dataset.state === state) return;
  ballot.dataset.state = state;
  if (state === "open") return;
  for (const choice of all(".choice", ballot)) {
    choice.disabled = true;
    choice.dataset.state = choice.getAttribute("aria-pressed") === "true" ? "yours" : "closed";
  }
  const receipt = one("[data-receipt-slot]", ballot);
  if (receipt && receipt.dataset.state === "idle") receipt.dataset.state = "closed";
}

function showChoice(value, state) {
  for (const choice of all("[data-vote-form] .choice")) {
    const chosen = choice.value === value;
    choice.dataset.state = chosen ? state : "idle";
    choice.setAttribute("aria-pressed", chosen ? "true" : "false");
    if (chosen) for (const place of all("[data-receipt-choice]")) {
      place.textContent = one(".choice-name", choice).textContent;
    }
  }
  const receipt = one("[data-receipt-slot]");
  if (receipt) receipt.dataset.state = state;
}

function showCounted(vote) {
  showChoice(vote.choice, "counted");
  for (const place of all("[data-receipt-code]")) place.textContent = vote.receipt;
  for (const place of all("[data-receipt-time]")) place.textContent = clockText(vote.at);
}

function showUnconfirmed() {
  for (const command of pending) {
    if (command.type === "vote") showChoice(command.choice, "unconfirmed");
    if (command.type === "ask") showSpeech("unconfirmed");
  }
}

// ---------------------------------------------------------------- commands

function command(frame) {
  const made = { ...frame, id: newId() };
  pending = pending.filter((other) => other.type !== made.type);
  pending.push(made);
  keep();
  send(made);
  if (isPolling) sendByForms().catch(() => {});
}

function settle(id) {
  const settled = pending.find((other) => other.id === id);
  pending = pending.filter((other) => other.id !== id);
  keep();
  return settled;
}

function takeAnswer(frame) {
  const settled = settle(frame.id);
  if (frame.vote) { mine.vote = frame.vote; showCounted(frame.vote); }
  if (settled?.type === "attend") location.reload();
}

function takeRefusal(frame) {
  if (frame.again) { tryAgain(frame.id); return; }
  const settled = settle(frame.id);
  say(frame.words);
  if (settled?.type === "vote") showChoice(mine.vote?.choice, mine.vote ? "counted" : "idle");
  if (settled?.type === "ask") showSpeech("idle");
}

// The service cannot write just now: the command stays, and is sent again in a moment.
function tryAgain(id) {
  showUnconfirmed();
  setTimeout(() => {
    const command = pending.find((other) => other.id === id);
    if (command) send(command);
  }, 1000 * (0.5 + Math.random()));
}

function takeMine(facts) {
  if (facts.now) clockOffset.ms = facts.now - Date.now();
  if (!isJoined) joined();
  mine = { ...mine, ...facts };
  if (facts.vote && !pending.some((other) => other.type === "vote")) showCounted(facts.vote);
  showSpeech(facts.speech?.state ?? "idle");
  for (const place of all("[data-speech-place]")) place.textContent = facts.speech?.place ?? "";
}

function showSpeech(state) {
  const line = one("[data-speech-state]");
  if (line) line.dataset.state = state;
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const button = event.submitter;
  if (form.matches("[data-vote-form]")) {
    event.preventDefault();
    showChoice(button.value, isOpen() ? "submitting" : "unconfirmed");
    command({ type: "vote", ballot: form.closest("[data-ballot]").dataset.ballot, choice: button.value });
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

// The chair's acts go by the same forms as without script; the screens follow by the push.
async function act(form, button) {
  const body = new URLSearchParams(new FormData(form, button));
  const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
  if (!answer.ok) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    say(one(".error-summary b", page)?.textContent ?? "");
    return;
  }
  form.closest("dialog")?.close();
  document.activeElement?.blur();
  takeConsoleActs();
}

function csrf() { return one("input[name=csrf]:not([value=''])")?.value ?? ""; }

// ---------------------------------------------------------------- words, figures, clocks

function announce(kind) {
  const slot = one("[data-announce]");
  const now = one('[data-part="now"]');
  if (slot && now) slot.textContent = kind === "ballot" ? now.textContent : "";
}

function say(words) {
  if (!words) return;
  let line = one("[data-said]");
  if (!line) {
    line = document.createElement("p");
    line.className = "banner is-alarm";
    line.setAttribute("role", "alert");
    line.dataset.said = "";
    (one("[data-ballot-slot]") ?? one("[data-next]") ?? root).append(line);
  }
  line.textContent = words;
}

// Never backwards, also when the next frame comes from a process that has counted less so far.
function takeTurnout(frame) {
  if (frame.ballot === turnout.ballot && frame.n <= turnout.n) return;
  turnout = frame;
  if (face === "console") soonTakeConsoleActs();
  showTurnout();
}

function showTurnout() {
  for (const block of all(`[data-ballot-id="${turnout.ballot}"]`)) {
    if (Number(block.dataset.turnout) >= turnout.n) continue;
    const number = one("[data-turnout-number]", block);
    if (number) number.textContent = turnout.n;
    const bar = one("[data-turnout-bar] .bar-solid", block);
    if (bar) bar.setAttribute("width", `${((100 * turnout.n) / turnout.entitled).toFixed(3)}%`);
  }
}

const serverNow = () => Date.now() + clockOffset.ms;
const clockText = (ms) => new Date(ms)
  .toLocaleTimeString("zh-CN", { hourCycle: "h23", timeZone: root.dataset.zone });

function span(seconds) {
  const left = Math.max(0, Math.floor(seconds));
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
}

function tick() {
  for (const timer of all("[data-deadline]")) show(timer, (Number(timer.dataset.deadline) - serverNow()) / 1000);
  for (const timer of all("[data-started]")) {
    const gone = (serverNow() - Number(timer.dataset.started)) / 1000;
    if (timer.dataset.counts === "up") timer.textContent = span(gone);
    else show(timer, Number(timer.dataset.allotted) - gone);
  }
  for (const place of all("[data-clock]")) {
    const text = clockText(serverNow());
    place.textContent = place.dataset.clock === "short" ? text.slice(0, 5) : text;
  }
  if (!isOpen() && lostAt) showConnection(isPolling ? "offline" : "reconnecting");
}

function show(timer, seconds) {
  timer.textContent = span(seconds);
  timer.classList.toggle("is-ending", seconds <= 10);
  timer.classList.toggle("is-local", !isOpen());
}

setInterval(tick, 500);
addEventListener("online", () => { if (!isOpen() && !socket) connect(); });
connect();
