// While a title is typed: what the list has already that is alike. The space for it is reserved from
// the start, and it is filled only while nobody presses a button, so that nothing moves.

const PAUSE = 500; // milliseconds without a key
const form = document.querySelector("form[data-similar]");
const shown = form.querySelector("[data-similar-shown]");
const seen = form.querySelector("input[name=seen]");
const looked = new Set();
let timer = 0;
let asked = 0;
let last = "";

shown.dataset.ready = "";

function wanted() {
  const place = form.elements.place_id;
  const area = place && place.value ? place.selectedOptions[0].textContent.trim() : "";
  return new URLSearchParams({
    title: form.elements.title.value.trim(),
    place: `${area} ${form.elements.place.value}`.trim(),
  }).toString();
}

async function look() {
  const query = wanted();
  if (query === last) return;
  last = query;
  const mine = (asked += 1);
  try {
    const answer = await fetch(`${form.dataset.similar}?${query}`);
    if (!answer.ok || mine !== asked) return;
    const piece = new DOMParser().parseFromString(await answer.text(), "text/html");
    shown.replaceChildren(...piece.body.childNodes);
    for (const one of shown.querySelectorAll("[data-demand]")) looked.add(one.dataset.demand);
    seen.value = [...looked].slice(-20).join(",");
  } catch {
    // no network: after submitting, the server asks the same
  }
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(look, PAUSE);
}

for (const name of ["title", "place", "place_id"]) form.elements[name]?.addEventListener("input", soon);
