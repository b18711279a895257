// Shows how far a file has been read, and its preview when that is done.
const EVERY_MS = 1500;

async function look() {
  const shown = document.querySelector("[data-progress]");
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = page.querySelector("[data-progress]");
    if (answer.ok && !next) {
      location.reload();
      return;
    }
    if (next) shown.replaceChildren(...next.childNodes);
  } catch {
    // no network just now: look again
  }
  setTimeout(look, EVERY_MS);
}

setTimeout(look, EVERY_MS);
