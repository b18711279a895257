// The ballot: placed once, then only its states change; a push never moves what may be pressed.

import { all, csrf, one, state } from "./state.js";
import { clockText } from "./clocks.js";
import { fill } from "./paper.js";

let waiting = null;

const slotOf = () => one("[data-ballot-slot]");

export const idOf = (slot) => one("[data-ballot]", slot)?.dataset.ballot;

// A ballot of the news: null when none is in hand; with `html` when the page may not have it yet.
export function takeBallot(ballot, fetchPage) {
  const slot = one("[data-ballot-slot]");
  if (!slot) return;
  if (!ballot) { takeAway(slot); return; }
  if (idOf(slot) === ballot.id) { showBallotState(slot, ballot.state); return; }
  if (!ballot.html) { fetchPage(); return; }
  if (isTyping()) { waiting = ballot; one("[data-ballot-banner]").hidden = false; return; }
  placeBallot(slot, ballot.html, ballot.for);
  showBallotState(slot, ballot.state);
}

// In a field elsewhere: what stands above it must not move now.
function isTyping() {
  const at = document.activeElement;
  return at?.matches("input, textarea, select") && !at.closest("[data-ballot-slot]");
}

function takeAway(slot) {
  if (isTyping()) showBallotState(slot, "closed");
  else slot.innerHTML = "";
}

export function placeBallot(slot, html, electorate) {
  slot.innerHTML = html;
  waiting = null;
  const banner = one("[data-ballot-banner]");
  if (banner) banner.hidden = true;
  const { pending } = state;
  const mayVote = state.mine.votes_as.includes(electorate);
  if (!mayVote) for (const part of all("[data-vote-form], [data-receipt-slot]", slot)) part.remove();
  for (const input of all("input[name=csrf]", slot)) input.value = csrf();
  const own = pending.find((command) => command.type === "vote" && command.ballot === idOf(slot));
  if (own) showChoice(own, state.isConnected() ? "submitting" : "unconfirmed");
  else if (state.mine.vote) showCounted(state.mine.vote);
  else showKept();
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
  showKept();
  for (const command of state.pending) if (command.type === "vote") showChoice(command, "unconfirmed");
}

// The code of a secret vote that this tab cast: the service only knows that somebody has voted.
export function showKept() {
  const ballot = slotOf() && idOf(slotOf());
  if (ballot && state.receipts[ballot]) showCounted({ ballot, choice: "" });
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-ballot-go]") || !waiting) return;
  const ballot = waiting;
  placeBallot(one("[data-ballot-slot]"), ballot.html, ballot.for);
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
  for (const field of all("[data-vote-form] :is(input:not([type=hidden]), select)", ballot)) {
    field.disabled = true;
  }
  const receipt = one("[data-receipt-slot]", ballot);
  if (receipt && receipt.dataset.state === "idle") receipt.dataset.state = "closed";
}

// `vote`: a ballot and a choice. What belongs to another ballot than the one shown shows nothing.
export function showChoice(vote, asked) {
  const slot = slotOf();
  if (!slot || vote.ballot !== idOf(slot)) return;
  const isClosed = one("[data-ballot]", slot).dataset.state !== "open";
  const shown = isClosed && asked === "idle" ? "closed" : asked;
  const form = one("[data-vote-form]", slot);
  if (form) fill(form, vote.choice);
  const isTouched = form && "isTouched" in form.dataset;
  const pressed = all(`[data-vote-form] .choice:not([data-compose])`);
  const isPressed = Array.from(pressed).some((choice) => choice.value === vote.choice);
  for (const choice of all("[data-vote-form] .choice")) {
    const chosen = choice.matches("[data-compose]") ? Boolean(vote.choice) && !isPressed && !isTouched
      : choice.value === vote.choice;
    choice.dataset.state = chosen ? shown : isClosed ? "closed" : "idle";
    choice.setAttribute("aria-pressed", chosen ? "true" : "false");
    if (chosen) for (const place of all("[data-receipt-choice]")) {
      place.textContent = one(".choice-name", choice).textContent;
    }
  }
  showReceipt(slot, shown);
}

function showReceipt(slot, shown) {
  const receipt = one("[data-receipt-slot]", slot);
  if (receipt) receipt.dataset.state = shown;
}

// Of a secret vote nobody says what it was: the button that this tab pressed keeps its mark.
export function showCounted(vote) {
  const slot = slotOf();
  if (!slot || vote.ballot !== idOf(slot)) return;
  const receipt = vote.receipt || state.receipts[vote.ballot];
  if (vote.choice || !one(`.choice:is([data-state="counted"], [data-state="yours"])`, slot)) {
    showChoice(vote, "counted");
  }
  for (const code of all("[data-no-script]", slot)) code.hidden = true;
  showReceipt(slot, receipt ? "counted" : "voted");
  if (!receipt) return;
  for (const place of all("[data-receipt-code]")) place.textContent = receipt;
  if (vote.at) for (const place of all("[data-receipt-time]")) place.textContent = clockText(vote.at);
}
