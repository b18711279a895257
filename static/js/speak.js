// Reads text aloud: a button with data-speak="id" speaks the element of that id; a second press stops.
// The class can-speak on <html> shows the buttons, also those that a later push brings.

const voice = window.speechSynthesis;

function speak(button) {
  const wasSpeaking = button.dataset.speaking === "1";
  voice.cancel();
  if (wasSpeaking) return;
  const text = document.getElementById(button.dataset.speak);
  if (!text) return;
  const saying = new SpeechSynthesisUtterance(text.textContent);
  saying.lang = text.closest("[lang]").lang;
  saying.rate = 0.9;
  const word = button.textContent;
  const finish = () => {
    button.textContent = word;
    delete button.dataset.speaking;
  };
  saying.onend = finish;
  saying.onerror = finish;
  button.dataset.speaking = "1";
  button.textContent = button.dataset.wordStop;
  voice.speak(saying);
}

if (voice && window.SpeechSynthesisUtterance) {
  document.documentElement.classList.add("can-speak");
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-speak]");
    if (button) speak(button);
  });
  window.addEventListener("pagehide", () => voice.cancel());
}
