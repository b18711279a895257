// The board without loading it anew: arrows move an item, − and + change its minutes, Delete takes it
// off, and what is dragged is dropped. Every act goes by a form that stands on the page for all.

const main = document.getElementById("main");
const spoken = document.createElement("div");
spoken.className = "visually-hidden";
spoken.setAttribute("role", "status");
document.body.append(spoken);
let dragged = null;
let isBusy = false;
let isPlain = false; // the network failed: the browser sends the form itself, and says why it cannot
let waiting = ""; // what an act was about, while it asks for a reason or a yes

const itemsOf = () => [...main.querySelectorAll(".board-item")];
const formTo = (slot, path) => slot?.querySelector(`form[action$="${path}"]`);
const textOf = (part) => part?.textContent.trim().replace(/\s+/g, " ") ?? "";

function prepare() {
  for (const item of itemsOf()) {
    item.tabIndex = 0;
    item.setAttribute("aria-keyshortcuts", "ArrowUp ArrowDown + - Delete");
    item.setAttribute("aria-describedby", "keys");
    letDrag(item);
  }
  for (const row of main.querySelectorAll(".board-row")) row.draggable = row.querySelector("form") !== null;
  for (const help of main.querySelectorAll("[data-keys]")) help.hidden = false;
}

// While its fields are open a mouse selects text in them and drags nothing.
function letDrag(item) { item.draggable = item.querySelector("details[open]") === null; }

main.addEventListener("toggle", (event) => {
  const item = event.target.closest(".board-item");
  if (item) letDrag(item);
}, true);

async function send(form, button, id) {
  if (!form || isBusy) return;
  isBusy = true;
  waiting = id;
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form, button)) });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const kept = keep(form);
    main.innerHTML = page.getElementById("main").innerHTML;
    restore(kept);
    prepare();
    settle(id);
  } catch {
    isPlain = true;
    form.requestSubmit(button ?? undefined);
  } finally {
    isBusy = false;
  }
}

// What is open, and what is typed into the other forms and not sent yet.
function keep(sent) {
  const open = [...main.querySelectorAll("details[open][id]")]
    .filter((one) => !(one.matches(".board-edit") && one.contains(sent)));
  const typed = [...main.querySelectorAll(".board-edit :is(input, select, textarea)[id]")]
    .filter((field) => field.form !== sent && isChanged(field));
  return { open: open.map((one) => one.id), typed: typed.map((field) => [field.id, field.value]) };
}

function isChanged(field) {
  if (field.options) return [...field.options].some((option) => option.selected !== option.defaultSelected);
  return field.value !== field.defaultValue;
}

function restore({ open, typed }) {
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  for (const [id, value] of typed) {
    const field = document.getElementById(id);
    if (field) field.value = value;
  }
}

// Where the eyes and fingers go on: the question that was asked, else what was changed.
function settle(id) {
  const asked = main.querySelector(".board-reason input[name=reason]")
    ?? main.querySelector(".error-summary")
    ?? (main.querySelector(".board") ? null : main.querySelector("h1"));
  const changed = document.getElementById(id) ?? itemsOf().at(-1) ?? main;
  const target = asked ?? (changed.matches(".board-row") ? changed.querySelector("a.board-placed, button") : changed);
  if (target.matches("h1")) target.tabIndex = -1;
  target.focus();
  if (asked) return;
  const placed = changed.querySelector("a.board-placed");
  const item = placed ? document.getElementById(placed.hash.slice(1)) : changed;
  say([".board-title", ".board-begin", ".board-minutes b"].map((part) => textOf(item.querySelector(part))));
}

function say(words) {
  spoken.textContent = [...words, textOf(main.querySelector("[data-total]"))].join(" ");
}

function place(item, position) {
  const form = formTo(item, "/place");
  if (!form) return;
  form.querySelector("[name=position]").value = position;
  send(form, null, item.id);
}

async function remove(form, item) {
  const title = textOf(item.querySelector(".board-title"));
  const word = main.querySelector(".board").dataset.removed;
  const others = itemsOf();
  const at = others.indexOf(item);
  await send(form, null, (others[at + 1] ?? others[at - 1])?.id ?? "");
  if (main.querySelector(".board") && !document.getElementById(item.id)) say([word + title]);
}

document.addEventListener("keydown", (event) => {
  const item = event.target;
  if (!item.matches?.(".board-item") || event.ctrlKey || event.metaKey || event.altKey) return;
  const items = itemsOf();
  const at = items.indexOf(item) + 1;
  const minutes = (which) => {
    const button = item.querySelector(`.board-minutes button:${which}-of-type`);
    if (!button.disabled) send(button.form, button, item.id);
  };
  const acts = {
    ArrowUp: () => at > 1 && place(item, at - 1),
    ArrowDown: () => at < items.length && place(item, at + 1),
    "-": () => minutes("first"),
    "+": () => minutes("last"),
    "=": () => minutes("last"),
    Delete: () => remove(formTo(item, "/removal"), item),
  };
  if (!acts[event.key]) return;
  event.preventDefault();
  acts[event.key]();
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (isPlain || !main.contains(form) || !/\/agenda\/(?!notice)/.test(form.action)) return;
  event.preventDefault();
  const item = form.closest(".board-item");
  if (item && form.action.endsWith("/removal")) { remove(form, item); return; }
  send(form, event.submitter, (item ?? form.closest(".board-row"))?.id ?? (form.closest(".board") ? "" : waiting));
});

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.(".board-item[draggable=true], .board-row[draggable=true]");
});

document.addEventListener("dragover", (event) => {
  const agenda = event.target.closest("[data-agenda]");
  if (!dragged || !agenda) return;
  event.preventDefault();
  if (dragged.matches(".board-row")) { agenda.classList.add("is-target"); return; }
  const target = event.target.closest(".board-item");
  for (const item of itemsOf()) item.classList.toggle("is-target", item === target && item !== dragged);
});

document.addEventListener("dragend", () => {
  dragged = null;
  for (const marked of main.querySelectorAll(".is-target")) marked.classList.remove("is-target");
});

document.addEventListener("drop", (event) => {
  if (!dragged || !event.target.closest("[data-agenda]")) return;
  event.preventDefault();
  if (dragged.matches(".board-row")) { send(dragged.querySelector("form"), null, dragged.id); return; }
  const target = event.target.closest(".board-item");
  if (target && target !== dragged) place(dragged, itemsOf().indexOf(target) + 1);
});

prepare();
