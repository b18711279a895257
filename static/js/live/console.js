// The chair's acts go by the same forms as without script; the screens follow by the push.

import { meeting, one, say } from "./state.js";

export async function takeConsoleActs() {
  const answer = await fetch(`/meetings/${meeting}/console/acts`);
  if (!answer.ok) return;
  const acts = await answer.json();
  fillIfIdle(one("[data-next]"), acts.next);
  fillIfIdle(one("[data-floor-acts]"), acts.floor_acts);
}

let timer = 0;

// The words beside the next action count votes too, but not several times a second.
export function soonTakeConsoleActs() {
  if (timer) return;
  timer = setTimeout(() => { timer = 0; takeConsoleActs(); }, 2000);
}

function fillIfIdle(slot, html) {
  const typing = slot?.querySelector("input:focus, textarea:focus, dialog[open]");
  if (slot && !typing) slot.innerHTML = html;
}

export async function act(form, button) {
  const body = new URLSearchParams(new FormData(form, button));
  const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
  if (!answer.ok) {
    say(await wordsOf(answer));
    return;
  }
  form.closest("dialog")?.close();
  document.activeElement?.blur();
  takeConsoleActs();
}

async function wordsOf(answer) {
  const text = await answer.text();
  if (answer.headers.get("Content-Type")?.includes("json")) return JSON.parse(text).words;
  return one(".error-summary b", new DOMParser().parseFromString(text, "text/html"))?.textContent ?? text;
}
