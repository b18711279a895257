// What the parts of the live page share: the page's elements, and what is known so far.

export const all = (selector, scope = document) => scope.querySelectorAll(selector);
export const one = (selector, scope = document) => scope.querySelector(selector);

export const root = one("[data-live]");
export const face = root.dataset.live;
export const meeting = root.dataset.meeting;
// What one person left unanswered is never sent for the next one at the same device.
const storeKey = `deliberation:${meeting}:${root.dataset.holder ?? ""}`;

const kept = readKept();

export const state = {
  seq: Number(root.dataset.seq),
  seenBefore: kept.seq,
  mine: { may_vote: root.dataset.mayVote === "yes", vote: null },
  pending: kept.pending,
  isConnected: () => false,
};

// What outlives the page: commands without an answer, and how far this tab had seen the meeting.
function readKept() {
  try { return { pending: [], seq: 0, ...JSON.parse(sessionStorage.getItem(storeKey)) }; }
  catch { return { pending: [], seq: 0 }; }
}

export function keep() {
  const { pending, seq } = state;
  try { sessionStorage.setItem(storeKey, JSON.stringify({ pending, seq })); } catch { /* private mode */ }
}

export function csrf() { return one("input[name=csrf]:not([value=''])")?.value ?? ""; }

export function say(words) {
  if (!words) return;
  let line = one("[data-said]");
  if (!line) {
    line = document.createElement("p");
    line.className = "banner is-alarm";
    line.setAttribute("role", "alert");
    line.dataset.said = "";
    (one("[data-ballot-slot]") ?? one("[data-next]") ?? root).append(line);
  }
  line.textContent = words;
}
