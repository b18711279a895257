// Two comforts for forms that work without them: a question asked in a dialog instead of on a page
// of its own, and one key for one button (data-key="C"), never while somebody types.

document.addEventListener("submit", (event) => {
  const dialog = document.getElementById(event.target.dataset.confirm);
  if (!dialog || !dialog.showModal) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  dialog.showModal();
}, true);

function isTyping(element) {
  return element.closest("input:not([type=radio]), textarea, select, dialog") !== null;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event.target)) return;
  const key = event.key.toUpperCase();
  if (!/^[A-Z]$/.test(key)) return;
  const button = document.querySelector(`[data-key="${key}"]:not([disabled])`);
  if (!button) return;
  event.preventDefault();
  button.click();
});
