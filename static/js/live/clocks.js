// Countdowns and clocks by the service's time, and the turnout.

import { all, one, root, state } from "./state.js";

let offset = Number(root.dataset.now) - Date.now();
let turnout = { ballot: "none", n: 0, entitled: 1 };

export function takeClock(now) { offset = now - Date.now(); }

const serverNow = () => Date.now() + offset;
export const clockText = (ms) => new Date(ms)
  .toLocaleTimeString("zh-CN", { hourCycle: "h23", timeZone: root.dataset.zone });

function span(seconds) {
  const left = Math.max(0, Math.floor(seconds));
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
}

export function tick() {
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
}

function show(timer, seconds) {
  timer.textContent = span(seconds);
  timer.classList.toggle("is-ending", seconds <= 10);
  timer.classList.toggle("is-local", !state.isConnected());
}

// Never backwards, also when the next frame comes from a process that has counted less so far.
export function takeTurnout(frame) {
  if (frame.ballot === turnout.ballot && frame.n <= turnout.n) return;
  turnout = frame;
  showTurnout();
}

export function showTurnout() {
  for (const block of all(`[data-ballot-id="${turnout.ballot}"]`)) {
    if (Number(block.dataset.turnout) >= turnout.n) continue;
    const number = one("[data-turnout-number]", block);
    if (number) number.textContent = turnout.n;
    const bar = one("[data-turnout-bar] .bar-solid", block);
    if (bar) bar.setAttribute("width", `${((100 * turnout.n) / turnout.entitled).toFixed(3)}%`);
  }
}
