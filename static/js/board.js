// The board without loading it anew: arrows move an item, − and + change its minutes, Delete takes it
// off, and what is dragged is dropped. Every act goes by a form that stands on the page for all.

const main = document.getElementById("main");
const spoken = document.createElement("div");
spoken.className = "visually-hidden";
spoken.setAttribute("role", "status");
document.body.append(spoken);
let dragged = null;
let isBusy = false;

const itemsOf = () => [...main.querySelectorAll(".board-item")];
const formTo = (slot, path) => slot?.querySelector(`form[action$="${path}"]`);

function prepare() {
  for (const item of itemsOf()) { item.tabIndex = 0; item.draggable = true; }
  for (const row of main.querySelectorAll(".board-row")) row.draggable = row.querySelector("form") !== null;
  for (const help of main.querySelectorAll("[data-keys]")) help.hidden = false;
}

async function send(form, button, id) {
  if (!form || isBusy) return;
  isBusy = true;
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form, button)) });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    main.innerHTML = page.getElementById("main").innerHTML;
    prepare();
    settle(id);
  } catch {
    form.requestSubmit(button ?? undefined); // the page then says what is wrong
  } finally {
    isBusy = false;
  }
}

// Where the eyes and fingers go on: the question that was asked, else the item that was changed.
function settle(id) {
  const asked = main.querySelector(".board-reason input[name=reason]") ?? main.querySelector(".error-summary");
  const item = document.getElementById(id);
  (asked ?? item ?? main.querySelector(".board-item") ?? main).focus();
  if (asked || !item) return;
  const told = [".board-title", ".board-begin", ".board-minutes b"].map((part) => item.querySelector(part));
  spoken.textContent = told.map((part) => part.textContent.trim()).join(" ");
}

function place(item, position) {
  const form = formTo(item, "/place");
  if (!form) return;
  form.querySelector("[name=position]").value = position;
  send(form, null, item.id);
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
    Delete: () => send(formTo(item, "/removal"), null, (items[at] ?? items[at - 2])?.id),
  };
  if (!acts[event.key]) return;
  event.preventDefault();
  acts[event.key]();
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.closest(".board, .board-reason") || form.action.endsWith("/notice")) return;
  event.preventDefault();
  send(form, event.submitter, form.closest(".board-item")?.id);
});

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.(".board-item, .board-row[draggable=true]");
});

document.addEventListener("dragover", (event) => {
  if (!dragged || !event.target.closest("[data-agenda]")) return;
  event.preventDefault();
  const target = event.target.closest(".board-item");
  for (const item of itemsOf()) item.classList.toggle("is-target", item === target && item !== dragged);
});

document.addEventListener("dragend", () => {
  dragged = null;
  for (const item of itemsOf()) item.classList.remove("is-target");
});

document.addEventListener("drop", (event) => {
  if (!dragged || !event.target.closest("[data-agenda]")) return;
  event.preventDefault();
  if (dragged.matches(".board-row")) { send(dragged.querySelector("form"), null, ""); return; }
  const target = event.target.closest(".board-item");
  if (target && target !== dragged) place(dragged, itemsOf().indexOf(target) + 1);
});

prepare();
