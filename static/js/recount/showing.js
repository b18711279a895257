// The recount on the page. What it says is text, never markup; the words come with the page.

import { rendered } from "./counted.js";

const page = document.querySelector("[data-recount]");
const words = JSON.parse(page.dataset.words);
const translate = (text) => (Object.hasOwn(words, text) ? words[text] : text);

export function showState(state, detail = "") {
  page.dataset.state = state;
  for (const place of page.querySelectorAll("[data-detail]")) place.textContent = detail;
}

export function showResult(bundle, result) {
  showState(result.state, result.line ? String(result.line) : "");
  const isRead = result.state !== "unreadable";
  for (const part of page.querySelectorAll("[data-result]")) part.hidden = !isRead;
  if (!isRead) return;
  fill("wording", bundle.wording);
  fill("lines", String(bundle.lines.length));
  fill("root", result.root);
  fill("announced", lastOf(bundle.tally));
  fill("recounted", lastOf(result.tally));
  mark("root-verdict", result.hasRoot);
  mark("tally-verdict", result.hasTally);
  showOrder(result.tally.count);
  showSteps(result);
}

const place = (name) => page.querySelector(`[data-fill="${name}"]`);

function fill(name, text) { place(name).textContent = text; }

/** Two verdicts wait in the page; one of them is shown. */
function mark(name, isWell) { place(name).dataset.verdict = isWell ? "well" : "wrong"; }

const lastOf = (tally) => (tally.steps.length ? rendered(tally.steps.at(-1), translate) : "");

/** Options in their places; those of one place are tied. */
function showOrder(count) {
  page.querySelector("[data-order]").hidden = !count;
  let first = 1;
  const rows = (count?.order ?? []).map((group) => {
    const row = rowOf([String(first), group.join("、")], "td");
    first += group.length;
    const isChosen = group.filter((label) => count.winners.includes(label)).join("、");
    row.append(cell("td", isChosen));
    return row;
  });
  place("order").replaceChildren(...rows);
}

function showSteps({ tally, figures }) {
  const offset = tally.steps.length - figures.length - 1;
  const items = tally.steps.map((sentence, number) => {
    const item = document.createElement("li");
    item.append(cell("p", rendered(sentence, translate)));
    const shown = figures[number - offset] ?? [];
    if (shown.length) item.append(figuresTable(shown));
    return item;
  });
  place("steps").replaceChildren(...items);
}

function figuresTable(shown) {
  const table = document.createElement("table");
  table.className = "count-figures";
  const body = document.createElement("tbody");
  body.append(...shown.map(([label, amount]) => rowOf([label, amount], "th")));
  table.append(body);
  return table;
}

function rowOf([first, second], kind) {
  const row = document.createElement("tr");
  row.append(cell(kind, first), cell("td", second));
  if (kind === "th") row.firstChild.scope = "row";
  return row;
}

function cell(kind, text) {
  const made = document.createElement(kind);
  made.textContent = text;
  return made;
}
