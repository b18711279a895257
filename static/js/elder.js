// Large type: kept in a cookie that the server reads, so the next page comes large at once.
// Without this script the form posts to /settings/elder and does the same.

const YEAR = 31536000;

function show(form, isElder) {
  document.documentElement.classList.toggle("elder", isElder);
  form.elements.elder.value = isElder ? "0" : "1";
  const button = form.querySelector("button");
  button.textContent = isElder ? button.dataset.wordNormal : button.dataset.wordLarge;
}

for (const form of document.querySelectorAll("form[data-elder]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const isElder = form.elements.elder.value === "1";
    const kept = isElder ? `elder=1; max-age=${YEAR}` : "elder=; max-age=0";
    document.cookie = `${kept}; path=/; samesite=lax`;
    show(form, isElder);
  });
}
