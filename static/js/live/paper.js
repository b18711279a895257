// A vote as it is filled in: read from the form as text ("1,3", "2>1", "5,,4"), and put back into it.

import { all, one } from "./state.js";

export const ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"; // without 0, 1, I and O

// A receipt code of our own making: of a secret vote nobody else knows it before it is cast.
export function newReceipt() {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  const signs = Array.from(bytes, (byte) => ALPHABET[byte & 31]).join("");
  return `${signs.slice(0, 4)}-${signs.slice(4)}`;
}

// { choice } or { words } that say what is missing.
export function read(form, button) {
  if (!button.matches("[data-compose]")) return { choice: button.value };
  const choice = { some: ticks, ranking: ranks, grades }[form.dataset.shape](form);
  if (choice === null) return { words: form.dataset.wordsTwice };
  return choice ? { choice } : { words: form.dataset.wordsEmpty };
}

function ticks(form) {
  return Array.from(all("input[name=option]:checked", form), (input) => input.value).join(",");
}

function ranks(form) {
  const given = Array.from(all("select[data-option]", form)).filter((select) => select.value);
  const places = given.map((select) => Number(select.value));
  if (new Set(places).size !== places.length) return null;
  given.sort((a, b) => Number(a.value) - Number(b.value));
  return given.map((select) => select.dataset.option).join(">");
}

function grades(form) {
  const count = Number(form.dataset.options);
  const given = Array.from({ length: count }, (_, n) =>
    one(`input[name="grade-${n + 1}"]:checked`, form)?.value ?? "");
  return given.some(Boolean) ? given.join(",") : "";
}

// Puts the vote that stands into the form; what somebody is filling in meanwhile stays theirs.
export function fill(form, vote) {
  if (!vote || "isTouched" in form.dataset) return;
  const choice = vote === "none" || vote === "abstain" ? "" : vote;
  if (form.dataset.shape === "some") {
    const ticked = choice.split(",");
    for (const input of all("input[name=option]", form)) input.checked = ticked.includes(input.value);
  } else if (form.dataset.shape === "ranking") {
    const order = choice.split(">");
    for (const select of all("select[data-option]", form)) {
      select.value = String(order.indexOf(select.dataset.option) + 1 || "");
    }
  } else if (form.dataset.shape === "grades") {
    for (const input of all("input[type=radio]", form)) input.checked = false;
    choice.split(",").forEach((grade, n) => {
      const input = one(`input[name="grade-${n + 1}"][value="${grade}"]`, form);
      if (input) input.checked = true;
    });
  }
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-vote-form]");
  if (!form) return;
  form.dataset.isTouched = "";
  const button = one("[data-compose]", form); // what it says was counted is no longer what stands here
  if (button?.dataset.state !== "counted") return;
  button.dataset.state = "idle";
  button.setAttribute("aria-pressed", "false");
});
