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
  mine: { votes_as: (root.dataset.votesAs ?? "").split(" "), vote: null },
  pending: kept.pending,
  tried: kept.tried, // secret votes that another one replaced before they were answered
  receipts: kept.receipts, // of secret votes cast in this tab: the service does not know whose they are
  isConnected: () => false,
};

// What outlives the page: commands without an answer, and how far this tab had seen the meeting.
function readKept() {
  const nothing = { pending: [], seq: 0, receipts: {}, tried: [] };
  try { return { ...nothing, ...JSON.parse(sessionStorage.getItem(storeKey)) }; } catch { return nothing; }
}

export function keep() {
  const { pending, seq, receipts, tried } = state;
  try { sessionStorage.setItem(storeKey, JSON.stringify({ pending, seq, receipts, tried })); } catch { /* private mode */ }
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

export function hush() { one("[data-said]")?.remove(); }
