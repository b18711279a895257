// Fetches the published list, or takes a file of it, and counts it here: the server counts nothing.

import { showResult, showState } from "./showing.js";

const page = document.querySelector("[data-recount]");
const input = page.querySelector("[data-file]");

/** Made at once, so that the page also works when the network is gone afterwards. */
const worker = workerOrNothing();

function workerOrNothing() {
  try {
    return new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  } catch {
    return null;
  }
}

async function count(text) {
  showState("counting");
  let bundle = null;
  try {
    bundle = JSON.parse(text);
  } catch {
    // said below: it is no published list
  }
  showResult(bundle, await examined(bundle));
}

async function examined(bundle) {
  if (worker) {
    const result = await fromWorker(bundle);
    if (result) return result;
  }
  const { examine } = await import("./examining.js");
  const later = (runs) => new Promise((done) => {
    showState("counting", String(runs));
    setTimeout(done, 0);
  });
  return examine(bundle, later);
}

/** Null where the browser starts no workers of this kind. */
function fromWorker(bundle) {
  return new Promise((done) => {
    worker.onerror = () => done(null);
    worker.onmessage = ({ data }) => {
      if (data.state === "counting") showState("counting", String(data.runs));
      else done(data);
    };
    worker.postMessage(bundle);
  });
}

async function fetched() {
  showState("loading");
  try {
    const answer = await fetch(page.dataset.recount);
    if (!answer.ok) throw new Error(String(answer.status));
    await count(await answer.text());
  } catch {
    showState("unreachable");
  }
}

input.addEventListener("change", async () => {
  if (input.files.length) await count(await input.files[0].text());
});
page.addEventListener("dragover", (event) => event.preventDefault());
page.addEventListener("drop", async (event) => {
  event.preventDefault();
  const [file] = event.dataTransfer.files;
  if (file) await count(await file.text());
});
fetched();
