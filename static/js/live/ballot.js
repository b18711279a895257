// The ballot: placed once, then only its states change; a push never moves what may be pressed.

import { all, csrf, one, state } from "./state.js";
import { clockText } from "./clocks.js";

let waiting = null;

const slotOf = () => one("[data-ballot-slot]");

export const idOf = (slot) => one("[data-ballot]", slot)?.dataset.ballot;

// A ballot of the news: null when none is in hand; with `html` when the page may not have it yet.
export function takeBallot(ballot, fetchPage) {
  const slot = one("[data-ballot-slot]");
  if (!slot) return;
  if (!ballot) { if (idOf(slot) && !isTyping()) slot.innerHTML = ""; return; }
  if (idOf(slot) === ballot.id) { showBallotState(slot, ballot.state); return; }
  if (!ballot.html) { fetchPage(); return; }
  if (isTyping()) { waiting = ballot; one("[data-ballot-banner]").hidden = false; return; }
  placeBallot(slot, ballot.html);
  showBallotState(slot, ballot.state);
}

function isTyping() { return document.activeElement?.matches("input, textarea, select") ?? false; }

export function placeBallot(slot, html) {
  slot.innerHTML = html;
  waiting = null;
  const banner = one("[data-ballot-banner]");
  if (banner) banner.hidden = true;
  const { mine, pending } = state;
  if (!mine.may_vote) for (const part of all("[data-vote-form], [data-receipt-slot]", slot)) part.remove();
  for (const input of all("input[name=csrf]", slot)) input.value = csrf();
  const own = pending.find((command) => command.type === "vote" && command.ballot === idOf(slot));
  if (own) showChoice(own, state.isConnected() ? "submitting" : "unconfirmed");
  else if (mine.vote) showCounted(mine.vote);
}

// The ballot of a page that was fetched: it holds what is one's own already.
export function takeOwnBallot(html, page) {
  const slot = slotOf();
  const shown = one("[data-ballot]", page);
  if (!slot) return;
  if (shown && idOf(slot) === shown.dataset.ballot) {
    showBallotState(slot, shown.dataset.state);
    return;
  }
  slot.innerHTML = html;
  for (const command of state.pending) if (command.type === "vote") showChoice(command, "unconfirmed");
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-ballot-go]") || !waiting) return;
  const ballot = waiting;
  placeBallot(one("[data-ballot-slot]"), ballot.html);
  showBallotState(one("[data-ballot-slot]"), ballot.state);
});

function showBallotState(slot, shown) {
  const ballot = one("[data-ballot]", slot);
  if (!ballot || ballot.dataset.state === shown) return;
  ballot.dataset.state = shown;
  if (shown === "open") return;
  for (const choice of all(".choice", ballot)) {
    choice.disabled = true;
    choice.dataset.state = choice.getAttribute("aria-pressed") === "true" ? "yours" : "closed";
  }
  const receipt = one("[data-receipt-slot]", ballot);
  if (receipt && receipt.dataset.state === "idle") receipt.dataset.state = "closed";
}

// `vote`: a ballot and a choice. What belongs to another ballot than the one shown shows nothing.
export function showChoice(vote, shown) {
  const slot = slotOf();
  if (!slot || vote.ballot !== idOf(slot)) return;
  for (const choice of all("[data-vote-form] .choice")) {
    const chosen = choice.value === vote.choice;
    choice.dataset.state = chosen ? shown : "idle";
    choice.setAttribute("aria-pressed", chosen ? "true" : "false");
    if (chosen) for (const place of all("[data-receipt-choice]")) {
      place.textContent = one(".choice-name", choice).textContent;
    }
  }
  const receipt = one("[data-receipt-slot]");
  if (receipt) receipt.dataset.state = shown;
}

export function showCounted(vote) {
  const slot = slotOf();
  if (!slot || vote.ballot !== idOf(slot)) return;
  showChoice(vote, "counted");
  for (const place of all("[data-receipt-code]")) place.textContent = vote.receipt;
  for (const place of all("[data-receipt-time]")) place.textContent = clockText(vote.at);
}
